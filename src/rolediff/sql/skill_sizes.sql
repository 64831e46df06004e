-- The openings read and how many families have at least $least of them; and the openings that name $skill.
with read as (select * from skill_facts where kind = 'degree'),
large as (select family from read group by family having count(*) >= $least)
select
    'read' as side,
    count(*)::bigint as openings,
    count(distinct voice)::bigint as employers,
    (select count(*) from large)::bigint as families
from read
union all
select 'named', count(*)::bigint, count(distinct voice)::bigint, count(distinct family)::bigint
from skill_facts
where kind = 'skill' and value = $skill
