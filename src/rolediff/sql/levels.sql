-- The seniorities of a role's openings.
select p.seniority, count(*)::bigint as openings
from members as m join postings as p on p.id = m.posting
where m.grp = $grp
group by p.seniority
order by openings desc, p.seniority
