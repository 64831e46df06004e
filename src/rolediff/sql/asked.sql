-- Which skills each opening of one role asks for: those it requires, or where it marks none as
-- required all that it names.
with named as (
    select m.posting, f.value as skill, bool_or(f.need = 'required') as required
    from members as m
    join role_mentions as f on f.posting = m.posting and f.kind = 'skill'
    where m.readable and m.grp = $grp
    group by all
),
marked as (select posting, bool_or(required) as any_required from named group by posting)
select named.posting, named.skill
from named join marked using (posting)
where named.required or not marked.any_required
order by named.posting, named.skill
