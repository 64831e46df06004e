-- Every posting with what tells it from others in another snapshot, and the opening that it belongs to.
select id, opening, text_hash, title, employer_key, url, family
from postings
order by id
