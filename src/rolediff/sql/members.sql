-- The openings that speak for each role of $roles (list of structs: grp, family, seniorities):
-- one row an opening, copies left out. `voice` is the sampling unit: the employer, or where no
-- employer is stated the whole origin, since its adverts may all be of one. `clear`: the title is surely
-- read and the employer stated. What other queries ask of these openings stands here too, so that the
-- file of all postings is read once.
create or replace temp table members as
select
    r.grp,
    p.id as posting,
    coalesce(p.employer_key, 'origin:' || p.origin) as voice,
    p.employer_key,
    p.origin,
    p.seniority,
    p.posted,
    p.language = 'en' and not p.cut as readable,
    p.language = 'en' as english,
    p.cut,
    p.employer is not null and p.title_confidence >= 0.8 as clear,
    p.pay_currency is not null as paid
from postings as p
join (select unnest($roles, recursive := true)) as r
    on p.family = r.family and list_contains(r.seniorities, p.seniority)
where p.opening = p.id
