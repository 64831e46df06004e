-- The openings of a role that state each of the wanted facts (list of structs: kind, value), newest
-- first, one page of each.
with wanted as (select unnest($wanted, recursive := true)),
found as (
    select w.kind as fact_kind, w.value as fact_value, m.posting
    from wanted as w
    join facts as f on f.kind = w.kind and f.value = w.value
    join members as m on m.posting = f.posting
    where m.grp = $grp and m.readable
    group by all
)
select
    f.fact_kind,
    f.fact_value,
    count(*) over (partition by f.fact_kind, f.fact_value) as total,
    p.*
from found as f
join postings as p on p.id = f.posting
qualify row_number() over (partition by f.fact_kind, f.fact_value order by p.posted desc nulls last, p.id)
    between $offset + 1 and $offset + $limit
order by f.fact_kind, f.fact_value, p.posted desc nulls last, p.id
