-- Openings of each role that show it best: title surely read, with an employer; those read in full go
-- first, then the newest. They are chosen first: all columns are read of these few only.
with chosen as (
    select
        grp,
        posting,
        row_number() over (
            partition by grp order by readable desc, posted desc nulls last, not paid, posting
        ) as place
    from members
    where clear
    qualify place <= $limit
)
select c.grp, p.*
from chosen as c join postings as p on p.id = c.posting
order by c.grp, c.place
