-- Of the openings that name $skill ("together") and of those that do not: how many name each of $others, with
-- the sums over employers that a clustered variance needs.
with naming as (select posting from skill_facts where kind = 'skill' and value = $skill),
voices as (
    select posting in (from naming) as together, voice, count(*) as n
    from skill_facts
    where kind = 'degree'
    group by all
),
sizes as (
    select together, sum(n)::bigint as n, count(*)::bigint as employers, sum(n * n)::bigint as sum_n2
    from voices
    group by together
),
stated as (
    select posting in (from naming) as together, voice, value, count(*) as x
    from skill_facts
    where kind = 'skill' and list_contains($others, value)
    group by all
)
select
    s.*,
    x.value as skill,
    sum(x.x)::bigint as k,
    sum(x.x * x.x)::bigint as sum_x2,
    sum(x.x * v.n)::bigint as sum_xn
from sizes as s
join stated as x using (together)
join voices as v using (together, voice)
group by all
order by x.value, s.together
