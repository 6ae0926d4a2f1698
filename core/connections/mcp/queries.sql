-- lock_servers --
-- Changes of one tenant's servers go one after the other.
select pg_advisory_xact_lock(hashtextextended('servers of ' || current_user, 0));

-- list_servers --
-- Bodies of the newest versions alone are read; in the order in which the servers were first added.
select p.key, p.version, p.body::text as body
from (
  select key, max(version) as version, min(id) as first
  from profile_version where kind = 'server' group by key
) newest
join profile_version p using (key, version) where p.kind = 'server' order by newest.first;

-- find_server --
select version, body::text as body from profile_version
where kind = 'server' and key = $1 order by version desc limit 1;

-- put_server --
insert into profile_version (kind, key, version, body, changed_by)
values ('server', $1, $2, $3::jsonb, $4);

-- find_server_token --
select sealed_token from oauth_tokens where tenant_id = $1 and user_id = $2 and provider = 'mcp';

-- put_server_token --
insert into oauth_tokens as o (tenant_id, user_id, provider, sealed_token, key_id, installed_by)
values ($1, $2, 'mcp', $3, $4, $5)
on conflict (tenant_id, user_id, provider) do update
set sealed_token = excluded.sealed_token, key_id = excluded.key_id,
    installed_by = excluded.installed_by, installed_at = now(), updated_at = now();

-- drop_server_token --
delete from oauth_tokens where tenant_id = $1 and user_id = $2 and provider = 'mcp';
