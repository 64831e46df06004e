-- For each role (after members.sql), each part of its openings read in full (see part_sizes.sql) and each
-- kind and value: how many openings state it, and the sums over employers that a clustered variance needs.
with known as (select unnest($stayed) as posting),
parted as (
    select m.grp, m.posting, m.voice, if(k.posting is null, 'others', 'stayed') as part
    from members as m left join known as k using (posting)
    where m.readable
),
sizes as (
    select grp, part, voice, count(*) as n from parted group by all
    union all
    select grp, 'all', voice, count(*) from parted group by all
),
stated as (
    select p.grp, p.part, f.kind, f.value, p.voice, count(*) as x
    from facts as f join parted as p using (posting)
    where list_contains($kinds, f.kind)
    group by all
),
both_parts as (
    from stated
    union all
    select grp, 'all', kind, value, voice, sum(x) from stated group by all
)
select
    s.grp,
    s.part,
    s.kind,
    s.value,
    sum(s.x)::bigint as k,
    sum(s.x * s.x)::bigint as sum_x2,
    sum(s.x * z.n)::bigint as sum_xn
from both_parts as s join sizes as z using (grp, part, voice)
group by s.grp, s.part, s.kind, s.value
order by s.grp, s.part, s.kind, s.value
