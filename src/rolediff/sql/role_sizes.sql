-- All roles there are openings of, with the openings and employers that were read in full: families, and
-- families at one seniority.
with openings as (
    select family, seniority, language = 'en' and not cut as readable,
        coalesce(employer_key, 'origin:' || origin) as voice
    from postings
    where opening = id and family is not null
)
select family, seniority, count(*)::bigint as openings,
    count(*) filter (readable)::bigint as readable,
    count(distinct voice) filter (readable)::bigint as employers
from openings
group by grouping sets ((family), (family, seniority))
order by family, seniority nulls first
