-- For each role, of its openings read in full: how many state pay (the fact pay-stated/yes), and the sums
-- over employers that a clustered variance needs. Each opening has one fact of kind degree.
with per_voice as (
    select r.grp, f.voice, count(*) filter (f.kind = 'degree') as n, count(*) filter (f.kind = 'pay-stated') as x
    from facts as f
    join (select unnest($roles, recursive := true)) as r
        on f.family = r.family and list_contains(r.seniorities, f.seniority)
    where f.kind in ('degree', 'pay-stated')
    group by all
)
select
    grp,
    sum(n)::bigint as n,
    count(*)::bigint as employers,
    sum(n * n)::bigint as sum_n2,
    sum(x)::bigint as k,
    sum(x * x)::bigint as sum_x2,
    sum(x * n)::bigint as sum_xn
from per_voice
group by grp
order by grp
