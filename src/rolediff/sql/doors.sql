-- How many openings of each family are open to beginners, with the sums over employers that a clustered
-- variance needs; families of $least openings or more.
with voices as (
    select
        family,
        voice,
        count(*) filter (kind = 'degree') as n,  -- each opening has one
        count(*) filter (kind = 'entry') as x
    from facts
    where kind in ('degree', 'entry')
    group by family, voice
)
select
    family,
    sum(n)::bigint as n,
    count(*)::bigint as employers,
    sum(n * n)::bigint as sum_n2,
    sum(x)::bigint as k,
    sum(x * x)::bigint as sum_x2,
    sum(x * n)::bigint as sum_xn
from voices
group by family
having sum(n) >= $least
order by family
