-- Mentions that speak of the role itself.
create or replace view role_mentions as
select * from mentions
where coalesce(section, '') not in ('employer', 'pay-benefits', 'legal', 'apply')
