-- How many openings of each family at each seniority state each fact.
select family, seniority, kind, value, count(*)::bigint as k
from facts
where list_contains($kinds, kind)
group by all
order by all
