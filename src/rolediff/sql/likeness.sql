-- Skills and responsibilities of every family with enough openings, by $parts parts of its employers:
-- from what it is told which roles are like which. A row without a value counts the openings.
with readable as (
    select family, md5_number_lower(coalesce(employer_key, 'origin:' || origin)) % $parts as part
    from postings
    where opening = id and language = 'en' and not cut and family is not null
),
large as (select family from readable group by family having count(*) >= $least)
select family, part::bigint as part, '' as value, count(*)::bigint as k
from readable join large using (family)
group by all
union all
select family, (md5_number_lower(voice) % $parts)::bigint as part, kind || '/' || value as value, count(*)::bigint as k
from facts join large using (family)
where kind in ('skill', 'responsibility')
group by all
