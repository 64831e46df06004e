-- The skills, with their need, and the responsibilities that one opening states.
select kind, value
from facts
where family = $family and seniority = $seniority and posting = $posting
    and (kind = 'responsibility' or starts_with(kind, 'need:'))
order by kind, value
