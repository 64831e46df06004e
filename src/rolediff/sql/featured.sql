-- Openings of each role that show it best: title surely read, with an employer; those read in full go
-- first, then the newest.
select m.grp, p.*
from members as m
join postings as p on p.id = m.posting
where p.employer is not null and p.title_confidence >= 0.8
qualify row_number() over (
    partition by m.grp order by m.readable desc, p.posted desc nulls last, p.pay_currency is null, p.id
) <= $limit
order by m.grp, m.readable desc, p.posted desc nulls last, p.pay_currency is null, p.id
