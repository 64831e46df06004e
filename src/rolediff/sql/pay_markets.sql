-- The bases and currencies in which the snapshot has pay at all, the largest first.
select basis, currency from pay_observations group by all order by count(*) desc, basis, currency
