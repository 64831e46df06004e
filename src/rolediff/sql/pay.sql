-- Yearly pay of each role of $roles (list of structs: grp, family, seniorities) by basis and currency,
-- with what it depends on; the middle of a range is its observation. What adverts state outside the
-- bounds of its currency ($bounds, list of structs: currency, yearly_least, yearly_most) is not plausible.
-- Of a pay table only the latest two years are `recent`: older pay is another market, and only with $old.
-- `time`: the year; of an advert without a date its source, since a source is gathered within weeks.
-- `voice`: of an advert its employer. A pay table names none; there a range whose figures are not round
-- is a pay band that one employer repeats under many titles, and one voice. Of adverts with such a range
-- 64% of equal pairs are one employer's, of round ones (multiples of 5,000) 7%. There all fields must agree.
-- The rows have no order: what is counted from them does not depend on one.
with latest as (
    select origin, max(year) as year from pay_observations where basis = 'pay table' group by origin
),
found as (
    select r.grp, o.*, coalesce(yearly_min, yearly_max) as least, coalesce(yearly_max, yearly_min) as most
    from pay_observations as o
    join (select unnest($roles, recursive := true)) as r
        on o.family = r.family and list_contains(r.seniorities, o.seniority)
)
select
    o.grp,
    o.basis,
    o.currency,
    (o.least + o.most) / 2 as pay,
    o.least,
    o.most,
    o.repeats,
    o.year,
    coalesce(cast(o.year as varchar), o.origin) as time,
    o.seniority,
    o.experience_level as level,
    o.country,
    p.work_mode,
    case
        when o.posting is not null then hash(coalesce(p.employer_key, 'origin:' || p.origin))
        when o.least % 5000 = 0 and o.most % 5000 = 0
            then hash(o.origin, o.country, o.least, o.most, o.year, o.title, o.experience_level)
        else hash(o.origin, o.country, o.least, o.most)
    end as voice,
    o.basis <> 'pay table' or o.year >= l.year - 1 as recent,
    o.basis = 'pay table' or b.currency is null
        or (o.least >= b.yearly_least and o.most <= b.yearly_most) as plausible
from found as o
left join postings as p on p.id = o.posting
left join latest as l on l.origin = o.origin
left join (select unnest($bounds, recursive := true)) as b on b.currency = o.currency
where (p.id is null or p.opening = p.id)
    and ($old or o.basis <> 'pay table' or o.year >= l.year - 1)
