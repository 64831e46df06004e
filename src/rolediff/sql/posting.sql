-- A posting and all other postings of the same opening.
select *
from postings
where opening = (select opening from postings where id = $posting)
order by id
