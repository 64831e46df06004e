-- Of the wanted facts (list of structs: kind, value), the openings that state each, by role, employer
-- and source.
with wanted as (select unnest($wanted, recursive := true))
select f.kind, f.value, m.grp, m.voice, m.origin, count(*)::bigint as k
from facts as f
join wanted as w on f.kind = w.kind and f.value = w.value
join members as m on m.posting = f.posting and m.readable
where list_contains($families, f.family)
group by all
order by all
