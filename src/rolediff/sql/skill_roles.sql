-- For each family with at least $least openings read: how many name $skill and how many require it, with the
-- sums over employers that a clustered variance needs. Families of which none names it are left out.
with voices as (
    select family, voice, count(*) as n from skill_facts where kind = 'degree' group by all
),
sizes as (
    select family, sum(n)::bigint as n, count(*)::bigint as employers, sum(n * n)::bigint as sum_n2
    from voices
    group by family
    having sum(n) >= $least
),
stated as (
    select family, voice, kind, count(*) as x
    from skill_facts
    where kind <> 'degree' and value = $skill
    group by all
)
select
    s.*,
    x.kind,
    sum(x.x)::bigint as k,
    sum(x.x * x.x)::bigint as sum_x2,
    sum(x.x * v.n)::bigint as sum_xn
from sizes as s
join stated as x using (family)
join voices as v using (family, voice)
group by all
order by s.family, x.kind
