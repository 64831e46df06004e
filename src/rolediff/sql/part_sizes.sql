-- For each role (after members.sql) and each part of its openings read in full - all, those of $stayed
-- and the others - the sums that a clustered variance needs.
with known as (select unnest($stayed) as posting),
parted as (
    select m.grp, m.voice, if(k.posting is null, 'others', 'stayed') as part
    from members as m left join known as k using (posting)
    where m.readable
),
voices as (
    select grp, part, voice, count(*) as n from parted group by all
    union all
    select grp, 'all', voice, count(*) from parted group by all
)
select grp, part, sum(n)::bigint as n, count(*)::bigint as employers, sum(n * n)::bigint as sum_n2
from voices
group by grp, part
order by grp, part
