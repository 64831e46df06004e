-- One page of the openings of a role that pass the filters (null: any), newest first, the undated last. The
-- openings are chosen first: all columns are read of these few only.
with chosen as (
    select id
    from postings
    where opening = id and family = $family and list_contains($seniorities, seniority)
        and ($seniority is null or seniority = $seniority)
        and ($country is null or coalesce(country, 'not-stated') = $country)
        and ($work_mode is null or coalesce(work_mode, 'not-stated') = $work_mode)
    order by posted desc nulls last, id
    limit $limit offset $offset
)
select p.*
from chosen join postings as p using (id)
order by p.posted desc nulls last, p.id
