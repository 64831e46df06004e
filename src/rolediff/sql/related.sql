-- The families that ask for most of the same things as one, most alike first.
select b as family, similarity, low, high, n
from likeness
where a = $family and similarity is not null
order by similarity desc, b
