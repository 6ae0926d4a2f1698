-- find_tenant --
select status, wrapped_key, wrapping_key_id, schema_version from control.tenant where tenant_id = $1;

-- hold_keys --
-- Of one tenant, or `master`: whoever seals holds them together, a rotation that takes a key away
-- holds them alone (take_keys in core/tenancy/keys). Until the transaction ends.
select pg_advisory_xact_lock_shared(1262836051, hashtext($1::text));

-- find_moment --
select statement_timestamp() as taken_at, current_setting('server_version') as server_version,
  t.schema_version, w.team_id, c.seq, c.head, c.base_seq, c.base_hash,
  (select coalesce(json_agg(json_build_object(
      'seq', k.seq, 'head', k.head, 'key_id', k.key_id, 'signature', k.signature,
      'at', to_char(k.signed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) order by k.seq), '[]')
    from control.audit_checkpoint k
    where k.tenant_id = t.tenant_id and (k.seq = c.base_seq or k.seq = (
      select max(n.seq) from control.audit_checkpoint n
      where n.tenant_id = t.tenant_id and n.seq <= c.seq)))::text as checkpoints
from control.tenant t
join control.audit_chain c on c.tenant_id = t.tenant_id
left join control.workspace w on w.tenant_id = t.tenant_id
where t.tenant_id = $1 and t.status in ('active', 'frozen');

-- list_own_columns --
-- What is computed from other columns is left out: the server computes it again.
select c.relname::text as table_name, a.attname::text as column_name,
  format_type(a.atttypid, a.atttypmod) as column_type
from pg_catalog.pg_class c
join pg_catalog.pg_attribute a on a.attrelid = c.oid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relkind = 'r'
  and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
order by c.relname, a.attnum;

-- list_migrations --
select version, name, sha256 from control.migration order by version;

-- put_migration --
insert into control.migration (version, name, sha256) values ($1, $2, $3);

-- find_schema_version --
select schema_version from control.tenant where tenant_id = $1 and status in ('active', 'frozen');

-- list_outdated_tenants --
select tenant_id, schema_version from control.tenant
where schema_version < $1 and status in ('active', 'frozen') order by tenant_id;

-- begin_migration --
-- Sent in one message with the migrations, which PostgreSQL runs as one transaction. The update
-- holds the tenant's row: of two runs at once, the second waits and then finds the work done.
set local lock_timeout = '2s';
set local statement_timeout = '60s';
do $$ begin
  update control.tenant set schema_version = {newest}
  where tenant_id = '{tenant}' and schema_version = {known} and status in ('active', 'frozen');
  if not found then
    raise sqlstate 'AEG01';
  end if;
end $$;
set local role aegis_owner;

-- end_migration --
reset role;

-- has_control --
select to_regclass('control.migration') is not null;

-- grant_service --
-- The server quotes the login's name; the text it gives back is run as it is.
select format('grant aegis_service to %I with inherit true, set false', $1::text);

-- grant_tenant --
select format('grant %I to %I with inherit false, set true', $1::text, $2::text);

-- create_tenant --
-- The marks are filled with a checked id. A role is the whole server's, and may be there already.
do $$ begin
  if not exists (select from pg_catalog.pg_roles where rolname = '{schema}') then
    create role {schema} nologin noinherit;
  end if;
end $$;
create schema {schema} authorization aegis_owner;
revoke all on schema {schema} from public;
grant usage on schema {schema} to {schema};

-- drop_tenant --
-- All that a tenant has in the database, as often as it is called. A role that owned something
-- outside its schema (a large object, say) could not be dropped without it; and who is no superuser
-- drops only what belongs to a role of their own.
drop schema if exists {schema} cascade;
do $$ begin
  if exists (select from pg_catalog.pg_roles where rolname = '{schema}') then
    grant {schema} to current_user with inherit true, set false;
    drop owned by {schema};
    drop role {schema};
  end if;
end $$;

-- has_role --
select true from pg_catalog.pg_roles where rolname = $1;

-- create_owner_role --
create role aegis_owner nologin;

-- create_service_role --
create role aegis_service nologin;

-- join_owner --
grant aegis_owner to current_user with inherit true, set true;
