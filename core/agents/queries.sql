-- lock_profiles --
-- Changes of one tenant's roster go one after the other: two names may each be free, and not both.
select pg_advisory_xact_lock(hashtextextended('profiles of ' || current_user, 0));

-- list_newest --
-- Bodies of the newest versions alone are read; in the order in which the profiles were first made.
select p.kind, p.key, p.version, p.body::text as body
from (
  select kind, key, max(version) as version, min(id) as first
  from profile_version where kind in ('agent', 'company') group by kind, key
) newest
join profile_version p using (kind, key, version) order by newest.first;

-- find_newest --
select version, body::text as body from profile_version
where kind = $1 and key = $2 order by version desc limit 1;

-- find_version --
select version, body::text as body from profile_version
where kind = $1 and key = $2 and version = $3;

-- list_versions --
select version, changed_by, changed_at, body::text as body from profile_version
where kind = $1 and key = $2 order by version desc limit $3;

-- put_version --
insert into profile_version (kind, key, version, body, changed_by)
values ($1, $2, $3, $4::jsonb, $5);

-- is_switched_off --
-- By the newest version, in whatever process it was made.
select coalesce((
  select body -> 'is_on' = 'false'::jsonb from profile_version
  where kind = 'agent' and key = $1 order by version desc limit 1), false);

-- find_chooser --
select standing, default_agent from person where person_id = $1;

-- put_default_agent --
update person set default_agent = $2 where person_id = $1;

-- list_person_names --
select display_name from person where display_name <> '' and standing <> 'gone';
