-- All roles there are openings of: families, and families at one seniority.
select family, seniority, count(*)::bigint as openings,
    count(*) filter (language = 'en' and not cut)::bigint as readable
from postings
where opening = id and family is not null
group by grouping sets ((family), (family, seniority))
order by family, seniority nulls first
