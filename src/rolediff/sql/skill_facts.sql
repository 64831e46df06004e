-- What queries of skills count, read once: the openings of $families that were read (kind degree: each has
-- one), the skills they name and the ones they require. Openings and voices as hashes, which group faster.
create temp table if not exists skill_facts as
select family, hash(posting) as posting, hash(voice) as voice, kind, value
from facts
where list_contains($families, family) and kind in ('degree', 'skill', 'need:required')
