-- Which skills each opening of one role asks for: those it requires, or where it marks none as
-- required all that it names.
with named as (
    select posting, kind, value as skill
    from facts
    where family = $family and list_contains($seniorities, seniority) and kind in ('skill', 'need:required')
),
marked as (select posting, bool_or(kind = 'need:required') as any_required from named group by posting)
select n.posting, n.skill
from named as n join marked as m using (posting)
where n.kind = case when m.any_required then 'need:required' else 'skill' end
order by n.posting, n.skill
