-- Plain shares of skills and responsibilities in every family: which roles are like which.
with base as (
    select id, family from postings
    where opening = id and language = 'en' and not cut and family is not null
),
sizes as (select family, count(*) as n from base group by family),
stated as (
    select b.family, f.kind, f.value, count(distinct f.posting) as k
    from base as b join role_mentions as f on f.posting = b.id
    where f.kind in ('skill', 'responsibility')
    group by all
)
select s.family, z.n, s.kind, s.value, s.k / z.n as share
from stated as s join sizes as z using (family)
where z.n >= $least
order by all
