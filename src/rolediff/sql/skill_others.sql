-- How many openings name each other skill ("total"), and how many of those that name $skill ("k"): skills that
-- at least $least of these do, of at least $employers employers.
with naming as (select posting from skill_facts where kind = 'skill' and value = $skill),
together as (
    select value, count(*) as k
    from skill_facts semi join naming using (posting)
    where kind = 'skill' and value <> $skill
    group by value
    having count(*) >= $least and count(distinct voice) >= $employers
),
counts as (select value, count(*) as total from skill_facts where kind = 'skill' group by value)
select value as skill, c.total::bigint as total, t.k::bigint as k
from together as t join counts as c using (value)
order by value
