-- Openings of each role that show it best: title surely read, with an employer, pay stated first,
-- then the newest.
select m.grp, p.*
from members as m
join postings as p on p.id = m.posting
where p.employer is not null and p.title_confidence >= 0.8
qualify row_number() over (
    partition by m.grp
    order by p.posted desc nulls last, (p.pay_basis is not null and p.pay_basis = 'stated') desc, p.id
) <= $limit
order by m.grp, p.posted desc nulls last, (p.pay_basis is not null and p.pay_basis = 'stated') desc, p.id
