-- For each role, kind and value: how many openings state it, and the sums over employers that a
-- clustered variance needs. Only openings whose full English text was read.
with voices as (
    select grp, voice, count(*) as n from members where readable group by all
),
stated as (
    select distinct m.grp, m.voice, m.posting, f.kind, f.value
    from members as m
    join facts as f on f.posting = m.posting
    where m.readable
),
per_voice as (
    select grp, kind, value, voice, count(*) as x from stated group by all
)
select
    x.grp,
    x.kind,
    x.value,
    sum(x.x)::bigint as k,
    count(*)::bigint as employers,
    sum(x.x * x.x)::bigint as sum_x2,
    sum(x.x * v.n)::bigint as sum_xn
from per_voice as x
join voices as v using (grp, voice)
group by all
order by x.grp, x.kind, x.value
