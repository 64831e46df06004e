-- The openings of one family that were read in full, by seniority.
select seniority, count(*)::bigint as openings
from facts
where family = $family and kind = 'degree'  -- each opening has one
group by seniority
order by seniority
