-- For each role of $roles (after members.sql), each kind and value: how many openings state it, and the sums
-- over employers that a clustered variance needs; as counts.sql, for many roles at once.
with sizes as (
    select grp, voice, count(*) as n from members where readable group by all
),
stated as (
    select family, seniority, kind, value, voice, count(*) as x
    from facts
    where family in (select distinct r.family from (select unnest($roles, recursive := true)) as r)
    group by all
),
per_role as (
    select r.grp, s.kind, s.value, s.voice, sum(s.x) as x
    from stated as s
    join (select unnest($roles, recursive := true)) as r
        on s.family = r.family and list_contains(r.seniorities, s.seniority)
    group by all
)
select
    p.grp,
    p.kind,
    p.value,
    sum(p.x)::bigint as k,
    sum(p.x * p.x)::bigint as sum_x2,
    sum(p.x * z.n)::bigint as sum_xn
from per_role as p join sizes as z using (grp, voice)
group by p.grp, p.kind, p.value
order by p.grp, p.kind, p.value
