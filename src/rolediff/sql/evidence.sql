-- The openings of a role that state each of the wanted facts (list of structs: kind, value), newest
-- first, one page of each.
with wanted as (select unnest($wanted, recursive := true)),
found as (
    select f.kind as fact_kind, f.value as fact_value, f.posting
    from facts as f join wanted as w on f.kind = w.kind and f.value = w.value
    where f.family = $family and list_contains($seniorities, f.seniority)
),
needs as (
    select posting, value, replace(kind, 'need:', '') as need
    from facts
    where family = $family and kind like 'need:%'
)
select
    f.fact_kind,
    f.fact_value,
    n.need,
    count(*) over (partition by f.fact_kind, f.fact_value) as total,
    p.*
from found as f
join postings as p on p.id = f.posting
left join needs as n on n.posting = f.posting and n.value = f.fact_value and f.fact_kind in ('skill', 'need:required')
qualify row_number() over (partition by f.fact_kind, f.fact_value order by p.posted desc nulls last, p.id)
    between $offset + 1 and $offset + $limit
order by f.fact_kind, f.fact_value, p.posted desc nulls last, p.id
