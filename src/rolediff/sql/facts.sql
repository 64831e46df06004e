-- What the openings state, each thing once: the table that profiles are counted on, one row an
-- opening, kind and value. Only openings whose full English text was read. Text about the employer,
-- the law, benefits and how to apply is not said of the role. A skill's need is the strongest that any
-- of its mentions states.
with readable as (
    select *, coalesce(employer_key, 'origin:' || origin) as voice
    from postings
    where opening = id and language = 'en' and not cut and family is not null
),
named as (
    select posting, kind, value,
        max(case need when 'required' then 2 when 'preferred' then 1 else 0 end) as need
    from mentions
    where kind in ('skill', 'responsibility')
        and coalesce(section, '') not in ('employer', 'pay-benefits', 'legal', 'apply')
    group by all
),
stated as (
    select posting, kind, value from named
    union all
    select posting, 'need:' || ['mentioned', 'preferred', 'required'][need + 1], value from named
    where kind = 'skill'
    union all
    select id, 'degree', coalesce(degree_min, 'not-stated') from readable
    union all
    select id, 'years', case
            when years_min is null then 'not-stated'
            when years_min <= 1 then '0-1'
            when years_min <= 2 then '2'
            when years_min <= 4 then '3-4'
            when years_min <= 7 then '5-7'
            else '8-or-more' end from readable
    union all
    select id, 'work-mode', coalesce(work_mode, 'not-stated') from readable
    union all
    select id, 'industry', coalesce(industry, 'not-stated') from readable
    union all
    select id, 'pay-stated', 'yes' from readable where pay_basis = 'stated'
    union all
    select id, 'entry', 'yes' from readable
    where seniority in ('intern', 'entry') or (seniority = 'unspecified' and years_min <= 1)
)
select r.family, r.seniority, s.posting, r.voice, s.kind, s.value
from stated as s join readable as r on r.id = s.posting
-- By family, so that the facts of a role stand together and the rest of the file need not be read.
order by r.family, r.seniority, s.kind, s.value, s.posting
