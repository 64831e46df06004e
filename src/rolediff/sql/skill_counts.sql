-- Skills that at least $least openings name, with their openings and employers. The row without a skill
-- counts all openings read.
select value as skill, count(*)::bigint as openings, count(distinct voice)::bigint as employers
from skill_facts
where kind = 'skill'
group by value
having count(*) >= $least
union all
select '' as skill, count(*)::bigint as openings, count(distinct voice)::bigint as employers
from skill_facts
where kind = 'degree'
order by skill
