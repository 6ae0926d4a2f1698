-- find_workspace --
select w.tenant_id, t.status from control.workspace w
join control.tenant t on t.tenant_id = w.tenant_id
where w.team_id = $1;

-- find_team --
select team_id from control.workspace where tenant_id = $1;

-- list_workspaces --
select w.team_id, w.tenant_id from control.workspace w
join control.tenant t on t.tenant_id = w.tenant_id
where t.status = 'active' order by w.linked_at, w.team_id;

-- put_tenant --
-- With its audit chain, which starts empty.
with registered as (
  insert into control.tenant (tenant_id, wrapped_key, wrapping_key_id) values ($1, $2, $3)
  returning tenant_id
)
insert into control.audit_chain (tenant_id) select tenant_id from registered;

-- link_workspace --
insert into control.workspace (team_id, tenant_id) values ($1, $2);

-- put_token --
insert into oauth_tokens as o
  (tenant_id, user_id, provider, sealed_token, key_id, scopes, bot_user_id)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (tenant_id, user_id, provider) do update
set sealed_token = excluded.sealed_token, key_id = excluded.key_id, scopes = excluded.scopes,
    bot_user_id = excluded.bot_user_id, updated_at = now();

-- find_token --
select sealed_token, bot_user_id from oauth_tokens
where tenant_id = $1 and user_id = $2 and provider = $3;

-- find_person --
select person_id, standing, display_name from person
where person_id = $1 and checked_at > now() - make_interval(secs => $2);

-- put_person --
insert into person as p (person_id, standing, display_name) values ($1, $2, $3)
on conflict (person_id) do update
set standing = excluded.standing, display_name = excluded.display_name, checked_at = now();
