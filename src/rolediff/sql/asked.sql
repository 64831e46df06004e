-- Which of some tools ($tools) each opening of one role asks for: those it requires, or where it marks no
-- skill as required all that it names. Openings and their voices are numbers that rise together.
with tools as (select unnest($tools) as value, generate_subscripts($tools, 1) - 1 as tool),
named as (
    select posting, voice, kind, value
    from facts
    where family = $family and list_contains($seniorities, seniority) and kind in ('skill', 'need:required')
),
openings as (
    select
        posting,
        any_value(voice) as voice,
        case when bool_or(kind = 'need:required') then 'need:required' else 'skill' end as asks
    from named
    group by posting
),
numbered as (
    select
        posting,
        asks,
        row_number() over (order by voice, posting) as opening,
        dense_rank() over (order by voice) as employer
    from openings
)
select o.opening, o.employer, t.tool
from named as n
join numbered as o on o.posting = n.posting and o.asks = n.kind
join tools as t using (value)
