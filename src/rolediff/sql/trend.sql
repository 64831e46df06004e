-- Dated openings of one source before a day and from it on, by employer, and those of one family among them.
select
    posted >= $middle as later,
    coalesce(employer_key, 'origin:' || origin) as voice,
    count(*)::bigint as n,
    count(*) filter (family = $family)::bigint as k
from postings
where opening = id and origin = $origin and posted >= $first and posted < $end
group by all
order by all
