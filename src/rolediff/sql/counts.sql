-- For one role, each kind and value: how many openings state it, and the sums over employers that a
-- clustered variance needs.
with voices as (
    select voice, count(*) as n from members where readable and grp = $grp group by voice
),
per_voice as (
    select kind, value, voice, count(*) as x
    from facts
    where family = $family and list_contains($seniorities, seniority)
    group by all
)
select
    x.kind,
    x.value,
    sum(x.x)::bigint as k,
    sum(x.x * x.x)::bigint as sum_x2,
    sum(x.x * v.n)::bigint as sum_xn
from per_voice as x join voices as v using (voice)
group by all
order by x.kind, x.value
