-- The spans in the given postings that state something of the given kinds. Text about the employer,
-- the law, benefits and how to apply is not said of the role; pay and work mode may stand there.
-- Words whose reading was rejected state nothing.
select posting, start, "end", need, rule, kind, value
from mentions
where list_contains($postings, posting) and list_contains($kinds, kind)
    and not starts_with(coalesce(rule, ''), 'rejected:')
    and (kind not in ('skill', 'responsibility')
        or coalesce(section, '') not in ('employer', 'pay-benefits', 'legal', 'apply'))
order by posting, start, "end"
