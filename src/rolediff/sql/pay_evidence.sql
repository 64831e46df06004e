-- The pay observations behind a role's pay claim, page by page: those that pay.sql counts as plausible.
with latest as (
    select origin, max(year) as year from pay_observations where basis = 'pay table' group by origin
)
select o.*, p.employer, p.url, p.region, p.city, p.posted, p.pay_min, p.pay_max,
    p.pay_currency, p.pay_period
from pay_observations as o
join (select unnest($roles, recursive := true)) as r
    on o.family = r.family and list_contains(r.seniorities, o.seniority)
left join postings as p on p.id = o.posting
left join latest as l on l.origin = o.origin
left join (select unnest($bounds, recursive := true)) as b on b.currency = o.currency
where (p.id is null or p.opening = p.id)
  and o.basis = $basis and o.currency = $currency
  and (o.basis <> 'pay table' or o.year >= l.year - 1)
  and (o.basis = 'pay table' or b.currency is null
    or (coalesce(o.yearly_min, o.yearly_max) >= b.yearly_least
        and coalesce(o.yearly_max, o.yearly_min) <= b.yearly_most))
order by o.year desc nulls last, p.posted desc nulls last, o.origin, o.row
limit $limit offset $offset
