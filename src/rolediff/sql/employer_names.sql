-- How an employer of which only the key is known is written most.
select employer_key as voice, mode(employer order by employer) as name
from postings
where list_contains($voices, employer_key)
group by all
