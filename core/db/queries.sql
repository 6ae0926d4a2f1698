-- find_tenant --
select status, wrapped_key, wrapping_key_id, schema_version from control.tenant where tenant_id = $1;

-- list_migrations --
select version, name, sha256 from control.migration order by version;

-- put_migration --
insert into control.migration (version, name, sha256) values ($1, $2, $3);

-- find_schema_version --
select schema_version from control.tenant where tenant_id = $1 for update;

-- set_schema_version --
update control.tenant set schema_version = $2 where tenant_id = $1;

-- list_outdated_tenants --
select tenant_id from control.tenant
where schema_version < $1 and status <> 'erased' order by tenant_id;

-- has_control --
select to_regclass('control.migration') is not null;

-- grant_service --
-- The server quotes the login's name; the text it gives back is run as it is.
select format('grant aegis_service to %I with inherit true, set false', $1::text);

-- grant_tenant --
select format('grant %I to %I with inherit false, set true', $1::text, $2::text);

-- create_tenant_role --
select format('create role %I nologin noinherit', $1::text)
where not exists (select from pg_catalog.pg_roles where rolname = $1::text);

-- create_tenant_schema --
select format('create schema if not exists %I authorization aegis_owner', $1::text);

-- grant_tenant_usage --
select format('grant usage on schema %1$I to %1$I', $1::text);

-- revoke_public --
select format('revoke all on schema %I from public', $1::text);

-- has_role --
select true from pg_catalog.pg_roles where rolname = $1;

-- create_owner_role --
create role aegis_owner nologin;

-- create_service_role --
create role aegis_service nologin;

-- join_owner --
grant aegis_owner to current_user with inherit true, set true;

-- become_owner --
set local role aegis_owner;
