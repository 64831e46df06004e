-- The spans in the given postings that state something of the given kinds.
select posting, start, "end", need, rule, kind, value
from role_mentions
where list_contains($postings, posting) and list_contains($kinds, kind)
order by posting, start, "end"
