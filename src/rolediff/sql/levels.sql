-- The seniorities of a role's openings.
select seniority, count(*)::bigint as openings
from members
where grp = $grp
group by seniority
order by openings desc, seniority
