-- Plain shares of skills and responsibilities in every family: which roles are like which.
with sizes as (
    select family, count(*) as n
    from postings
    where opening = id and language = 'en' and not cut
    group by family
),
stated as (
    select family, kind, value, count(*) as k from facts where kind in ('skill', 'responsibility') group by all
)
select s.family, z.n, s.kind, s.value, s.k / z.n as share
from stated as s join sizes as z using (family)
where z.n >= $least and s.k / z.n >= $least_share
order by all
