-- The openings read of each role by employer and source: what may be left out of them.
select grp, voice, origin, count(*)::bigint as n
from members
where readable
group by all
order by grp, voice, origin
