-- The pay observations of a role, also those that no claim counts ("left_out" says why not), newest first.
-- Of an advert the pay as it was stated, of a pay table a year's.
with latest as (
    select origin, max(year) as year from pay_observations where basis = 'pay table' group by origin
)
select
    o.title,
    p.employer,
    o.country,
    o.year,
    case when p.pay_currency is null then o.yearly_min else p.pay_min end as min,
    case when p.pay_currency is null then o.yearly_max else p.pay_max end as max,
    coalesce(p.pay_currency, o.currency) as currency,
    coalesce(p.pay_period, 'year') as period,
    (coalesce(o.yearly_min, o.yearly_max) + coalesce(o.yearly_max, o.yearly_min)) / 2 as yearly,
    o.basis,
    o.origin,
    o.row,
    o.posting,
    o.seniority,
    o.experience_level as level,
    o.repeats,
    case
        when o.basis = 'pay table' and o.year < l.year - 1 then 'older than two years'
        when o.basis <> 'pay table' and (coalesce(o.yearly_min, o.yearly_max) < b.yearly_least
            or coalesce(o.yearly_max, o.yearly_min) > b.yearly_most) then 'implausible'
    end as left_out
from pay_observations as o
left join postings as p on p.id = o.posting
left join latest as l on l.origin = o.origin
left join (select unnest($bounds, recursive := true)) as b on b.currency = o.currency
where o.family = $family and list_contains($seniorities, o.seniority) and (p.id is null or p.opening = p.id)
order by o.year desc nulls last, o.origin, o.row, o.basis, o.currency
