-- Dated openings of each source by month.
select origin, date_trunc('month', posted)::date as month, count(*)::bigint as n
from postings
where opening = id and posted is not null
group by all
order by all
