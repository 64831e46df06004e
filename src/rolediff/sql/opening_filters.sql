-- For each filter the values that the openings of a role have, and how many have it of those that the
-- other two filters (null: any) leave.
with tried as (
    select
        seniority,
        coalesce(country, 'not-stated') as country,
        coalesce(work_mode, 'not-stated') as work_mode,
        posted
    from postings
    where opening = id and family = $family and list_contains($seniorities, seniority)
),
marked as (
    select
        *,
        $seniority is null or seniority = $seniority as by_seniority,
        $country is null or country = $country as by_country,
        $work_mode is null or work_mode = $work_mode as by_work_mode
    from tried
)
select 'seniority' as filter, seniority as value, count(*) filter (by_country and by_work_mode)::bigint as openings
from marked group by seniority
union all
select 'country', country, count(*) filter (by_seniority and by_work_mode)::bigint from marked group by country
union all
select 'work_mode', work_mode, count(*) filter (by_seniority and by_country)::bigint from marked group by work_mode
union all
select 'all', null, count(*)::bigint from marked
union all
select 'total', null, count(*)::bigint from marked where by_seniority and by_country and by_work_mode
union all
select 'undated', null, count(*)::bigint
from marked where by_seniority and by_country and by_work_mode and posted is null
