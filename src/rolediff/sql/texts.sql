-- Texts of the given postings.
select posting, text from texts where list_contains($postings, posting)
