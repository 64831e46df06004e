-- The dates of postings, how many openings were read in full, and the newest date on which one was posted.
select
    min(posted) as first_posted,
    max(posted) as last_posted,
    count(*) filter (opening = id and language = 'en' and not cut)::bigint as readable
from postings
