-- find_workspace --
select w.tenant_id, t.status from control.workspace w
join control.tenant t on t.tenant_id = w.tenant_id
where w.team_id = $1;

-- find_covered_workspace --
-- The same, if the organization's installation covers it.
select w.tenant_id, t.status from control.workspace w
join control.tenant t on t.tenant_id = w.tenant_id
join control.organization o on o.tenant_id = w.organization_id
where w.team_id = $1 and o.enterprise_id = $2;

-- find_team --
select team_id from control.workspace where tenant_id = $1;

-- find_organization --
select o.tenant_id, t.status from control.organization o
join control.tenant t on t.tenant_id = o.tenant_id
where o.enterprise_id = $1;

-- find_organization_of --
-- Whose token speaks in a workspace that has none of its own, with the workspace's Slack id.
select w.organization_id, w.team_id from control.workspace w
where w.tenant_id = $1;

-- list_workspaces --
select w.team_id, w.tenant_id from control.workspace w
join control.tenant t on t.tenant_id = w.tenant_id
where t.status = 'active' order by w.linked_at, w.team_id;

-- put_tenant --
-- With its audit chain, which starts empty.
with registered as (
  insert into control.tenant (tenant_id, wrapped_key, wrapping_key_id, kind)
  values ($1, $2, $3, $4)
  returning tenant_id
)
insert into control.audit_chain (tenant_id) select tenant_id from registered;

-- link_workspace --
insert into control.workspace (team_id, tenant_id) values ($1, $2);

-- link_organization --
insert into control.organization (enterprise_id, tenant_id) values ($1, $2);

-- put_token --
-- The moment tells this installation's token from every one before, also within one transaction.
insert into oauth_tokens as o
  (tenant_id, user_id, provider, sealed_token, key_id, scopes, bot_user_id, expires_at,
   installed_by, installed_at)
values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8), $9, clock_timestamp())
on conflict (tenant_id, user_id, provider) do update
set sealed_token = excluded.sealed_token, key_id = excluded.key_id, scopes = excluded.scopes,
    bot_user_id = excluded.bot_user_id, expires_at = excluded.expires_at, refused = '',
    refreshing_until = null, installed_by = excluded.installed_by,
    installed_at = excluded.installed_at, updated_at = now();

-- find_token --
select sealed_token, bot_user_id from oauth_tokens
where tenant_id = $1 and user_id = $2 and provider = $3;

-- find_person --
select person_id, standing, display_name from person
where person_id = $1 and checked_at > now() - make_interval(secs => $2);

-- begin_look_up --
-- The version of the person's record while Slack is asked, which any change of the row ends. Whoever
-- is not known gets one from before the epoch, which stands for nothing, so that an event finds
-- something to change.
with made as (
  insert into person (person_id, standing, checked_at)
  values ($1, 'outsider', timestamptz 'epoch' - interval '1 day')
  on conflict (person_id) do nothing
  returning xmin::text as version
)
select version from made
union all
select xmin::text from person where person_id = $1
limit 1;

-- finish_look_up --
-- Only in place of the version that was there when Slack was asked.
update person set standing = $2, display_name = $3, checked_at = now()
where person_id = $1 and xmin::text = $4
returning true;

-- find_people --
select person_id, standing from person
where person_id = any ($1::text[]) and checked_at > now() - make_interval(secs => $2);

-- begin_look_ups --
-- As `begin_look_up`, for many.
with made as (
  insert into person (person_id, standing, checked_at)
  select w.person_id, 'outsider', timestamptz 'epoch' - interval '1 day'
  from unnest($1::text[]) w (person_id) order by w.person_id
  on conflict (person_id) do nothing
  returning person_id, xmin::text as version
)
select person_id, version from made
union all
select person_id, xmin::text from person where person_id = any ($1::text[]);

-- finish_look_ups --
-- As `finish_look_up`, for many; in one order, so that two of them do not wait for each other.
with said as (
  select s.person_id, s.standing, s.display_name, s.version
  from unnest($1::text[], $2::text[], $3::text[], $4::text[])
    s (person_id, standing, display_name, version)
), held as (
  select p.person_id, p.xmin::text as version from person p
  where p.person_id = any ($1::text[]) order by p.person_id for update
)
update person p set standing = said.standing, display_name = said.display_name, checked_at = now()
from said join held using (person_id, version)
where p.person_id = said.person_id
returning p.person_id, p.standing;

-- put_person --
insert into person as p (person_id, standing, display_name) values ($1, $2, $3)
on conflict (person_id) do update
set standing = excluded.standing, display_name = excluded.display_name, checked_at = now();

-- lock_person --
select person_id, standing, display_name from person where person_id = $1 and checked_at >= 'epoch' for update;

-- rename_person --
-- Also with the name it has: what is being looked up meanwhile is older than this.
update person set display_name = $2 where person_id = $1;

-- doubt_person --
-- A record as old as can be: Slack is asked before it is believed again.
update person set standing = $2, checked_at = 'epoch' where person_id = $1;
