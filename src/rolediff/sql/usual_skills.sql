-- The skills that at least $share of the openings of a family name, in families of $least openings or more.
with sizes as (
    select family, count(*) as n from facts where kind = 'degree' group by family  -- each opening has one
),
named as (select family, value, count(*) as k from facts where kind = 'skill' group by family, value)
select family, value as skill
from named join sizes using (family)
where n >= $least and k >= $share * n
order by family, skill
