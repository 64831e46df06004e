-- What the openings of one family state, in a form that is quickly counted anew: openings, voices and
-- facts as numbers from 0. One row an opening, kind and value.
select
    dense_rank() over (order by voice, posting) - 1 as opening,
    dense_rank() over (order by voice) - 1 as voice,
    dense_rank() over (order by kind, value) - 1 as fact,
    seniority,
    kind,
    value
from facts
where family = $family and list_contains($kinds, kind)
order by opening, fact
