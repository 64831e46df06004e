-- For each family: its openings read in full, and the voices that speak for them.
select family, count(distinct posting)::bigint as n, count(distinct voice)::bigint as voices
from facts
where kind = 'degree'
group by family
order by family
