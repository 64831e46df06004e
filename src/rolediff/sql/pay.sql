-- Yearly pay of each role by basis and currency; the middle of a range is its observation. Of a pay
-- table only its latest two years: older pay is another market. What adverts state outside the bounds
-- of its currency ($bounds, list of structs: currency, yearly_least, yearly_most) is not plausible.
with latest as (
    select origin, max(year) as year from pay_observations where basis = 'pay table' group by origin
)
select
    r.grp,
    o.basis,
    o.currency,
    (coalesce(o.yearly_min, o.yearly_max) + coalesce(o.yearly_max, o.yearly_min)) / 2 as pay,
    o.year,
    case when o.posting is null then null
        else coalesce(p.employer_key, 'origin:' || p.origin) end as voice,
    o.basis = 'pay table' or b.currency is null
        or (coalesce(o.yearly_min, o.yearly_max) >= b.yearly_least
            and coalesce(o.yearly_max, o.yearly_min) <= b.yearly_most) as plausible
from pay_observations as o
join (select unnest($roles, recursive := true)) as r
    on o.family = r.family and list_contains(r.seniorities, o.seniority)
left join postings as p on p.id = o.posting
left join latest as l on l.origin = o.origin
left join (select unnest($bounds, recursive := true)) as b on b.currency = o.currency
where (p.id is null or p.opening = p.id)
  and (o.basis <> 'pay table' or o.year >= l.year - 1)
order by r.grp, o.basis, o.currency, o.origin, o.row
