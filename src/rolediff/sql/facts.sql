-- What each posting states, once: (posting, kind, value). Mentions, and the fields of a posting as
-- values of their own kind. Text about the employer, the law, benefits and how to apply is not said
-- of the role; a skill's need is the strongest that any of its mentions states.
create or replace view facts as
select posting, kind, value from role_mentions
union all
select posting, 'need:' || case max(case need when 'required' then 2 when 'preferred' then 1 else 0 end)
        when 2 then 'required' when 1 then 'preferred' else 'mentioned' end, value
from role_mentions where kind = 'skill' group by posting, value
union all
select id, 'degree', coalesce(degree_min, 'not-stated') from postings
union all
select id, 'years', case
        when years_min is null then 'not-stated'
        when years_min <= 1 then '0-1'
        when years_min <= 2 then '2'
        when years_min <= 4 then '3-4'
        when years_min <= 7 then '5-7'
        else '8-or-more' end from postings
union all
select id, 'work-mode', coalesce(work_mode, 'not-stated') from postings
union all
select id, 'industry', coalesce(industry, 'not-stated') from postings
union all
select id, 'pay-stated', 'yes' from postings where pay_basis = 'stated'
union all
select id, 'entry', 'yes' from postings
where seniority in ('intern', 'entry') or years_min <= 1
