-- The spans of some postings that state something, of all kinds, chosen as in quotes.sql; those that state a need
-- go before those that merely name.
select posting, kind, value, start, "end", need, rule
from mentions
where list_contains($postings, posting)
    and not starts_with(coalesce(rule, ''), 'rejected:')
    and (kind not in ('skill', 'responsibility')
        or coalesce(section, '') not in ('employer', 'pay-benefits', 'legal', 'apply'))
order by posting, need is not distinct from 'mentioned', start, "end", kind, value, rule
