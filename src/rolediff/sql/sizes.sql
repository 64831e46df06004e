-- For each role: its openings, and of those read in full the sums that a clustered variance needs.
-- openings = n + not_english + unknown_language + cut; `english` is null where the language is unknown.
with voices as (
    select grp, voice, count(*) as n from members where readable group by all
)
select
    m.grp,
    count(*)::bigint as openings,
    count(*) filter (m.readable)::bigint as n,
    count(*) filter (not m.english)::bigint as not_english,
    count(*) filter (m.english is null)::bigint as unknown_language,
    count(*) filter (m.english and m.cut)::bigint as cut,
    count(distinct m.origin)::bigint as origins,
    count(distinct m.employer_key) filter (m.readable)::bigint as named_employers,
    any_value(v.voices)::bigint as employers,
    any_value(v.sum_n2)::bigint as sum_n2,
    min(m.posted) as first_posted,
    max(m.posted) as last_posted,
    count(m.posted)::bigint as dated
from members as m
left join (
    select grp, count(*) as voices, sum(n * n) as sum_n2 from voices group by all
) as v using (grp)
group by m.grp
order by m.grp
