-- How many observations of pay a role has, as salary_rows.sql gives them.
select count(*)::bigint as observations
from pay_observations as o
left join postings as p on p.id = o.posting
where o.family = $family and list_contains($seniorities, o.seniority) and (p.id is null or p.opening = p.id)
