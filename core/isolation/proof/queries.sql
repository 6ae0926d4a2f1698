-- hold_proof --
-- One proof at a time: whoever holds this may take what bears the mark for leftovers.
select pg_try_advisory_xact_lock($1);

-- mark_schema --
select format('comment on schema %I is %L', $1::text, $2::text);

-- list_marked --
select n.nspname from pg_catalog.pg_namespace n
join pg_catalog.pg_description d
  on d.objoid = n.oid and d.classoid = 'pg_catalog.pg_namespace'::regclass
where d.description = $1 and n.nspname ~ '^tenant_[0-9a-f]{32}$' order by n.nspname;

-- unlink_workspace --
delete from control.workspace where tenant_id = $1;

-- forget_tenant --
-- References are checked at the end of the statement, when all of it is gone.
with mailboxes as (delete from control.mailbox where tenant_id = $1),
checkpoints as (delete from control.audit_checkpoint where tenant_id = $1),
chain as (delete from control.audit_chain where tenant_id = $1)
delete from control.tenant where tenant_id = $1;

-- checksum --
-- Text that reads all of a tenant's tables, each as one hash.
select string_agg(
  format('select %2$L as part, md5(coalesce(string_agg(_row::text, %3$L order by _row::text), %4$L)) as sum
          from %1$I.%2$I _row', n.nspname, c.relname, E'\n', ''), ' union all ')
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relkind in ('r', 'p');

-- read_own --
select format('select _row::text from %I.%I _row', $1::text, $2::text);

-- has_own_right --
select has_table_privilege($1::text, format('%I.%I', $1::text, $2::text)::regclass, 'select');

-- is_superuser --
select rolsuper from pg_catalog.pg_roles where rolname = session_user;

-- become_session --
select format('set session authorization %I', $1::text);

-- list_others --
-- Real tenants, without those of the proof itself.
select n.nspname
from control.tenant t join pg_catalog.pg_namespace n on n.nspname = 'tenant_' || t.tenant_id
where t.status = 'active' and not t.tenant_id = any ($1::text[])
order by random();

-- list_doors --
select c.relname, format('select 1 from %I.%I limit 1', n.nspname, c.relname) as statement
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f') order by c.relname;

-- list_uncovered --
-- Tables of up-to-date tenants that the throwaway ones do not have.
select n.nspname, c.relname
from control.tenant t
join pg_catalog.pg_namespace n on n.nspname = 'tenant_' || t.tenant_id
join pg_catalog.pg_class c on c.relnamespace = n.oid
where t.schema_version = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and not c.relname = any ($2::text[])
order by n.nspname, c.relname;

-- list_breaches --
-- Where rights, owners or memberships differ from the design: aegis_owner owns every schema and
-- table; a tenant's role has rights on its own schema by grant alone, owns nothing and is a member
-- of nothing; only logins of aegis_service may become it, and they inherit nothing of it.
with tenant_schema as (
  select n.oid, n.nspname, n.nspowner, n.nspacl from pg_catalog.pg_namespace n
  where n.nspname ~ '^tenant_[0-9a-f]{32}$'
), relation as (
  select c.oid, c.relname, c.relowner, c.relacl, s.nspname
  from pg_catalog.pg_class c join tenant_schema s on s.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
), granted as (
  select s.nspname, 'schema ' || s.nspname as thing, g.grantee, g.privilege_type, s.nspowner as owner
  from tenant_schema s cross join lateral aclexplode(s.nspacl) g
  union all
  select r.nspname, r.nspname || '.' || r.relname, g.grantee, g.privilege_type, r.relowner
  from relation r cross join lateral aclexplode(r.relacl) g
  union all
  select r.nspname, r.nspname || '.' || r.relname || '.' || a.attname, g.grantee, g.privilege_type,
         r.relowner
  from relation r
  join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attacl is not null
  cross join lateral aclexplode(a.attacl) g
  union all
  select 'control', 'control.' || c.relname, g.grantee, g.privilege_type, c.relowner
  from pg_catalog.pg_class c cross join lateral aclexplode(c.relacl) g
  where c.relnamespace = 'control'::regnamespace
), service as (
  select m.member from pg_catalog.pg_auth_members m
  where m.roleid = (select r.oid from pg_catalog.pg_roles r where r.rolname = 'aegis_service')
    and (m.inherit_option or m.set_option)
)
select g.thing || ': ' || g.privilege_type || ' granted to '
       || coalesce((select r.rolname::text from pg_catalog.pg_roles r where r.oid = g.grantee), 'public')
       as breach
from granted g
where g.grantee <> g.owner
  and coalesce((select r.rolname::text from pg_catalog.pg_roles r where r.oid = g.grantee), 'public')
      not in (g.nspname, case when g.nspname = 'control' then 'aegis_service' else g.nspname end)
union all
select 'schema ' || s.nspname || ': owned by ' || s.nspowner::regrole
from tenant_schema s where s.nspowner::regrole::text <> 'aegis_owner'
union all
select r.nspname || '.' || r.relname || ': owned by ' || r.relowner::regrole
from relation r where r.relowner::regrole::text <> 'aegis_owner'
union all
select m.roleid::regrole || ': ' || m.member::regrole || ' is a member'
from pg_catalog.pg_auth_members m
where m.roleid::regrole::text ~ '^tenant_[0-9a-f]{32}$'
  and (m.inherit_option or m.set_option)
  and not (m.member in (select s.member from service s) and not m.inherit_option)
union all
select m.member::regrole || ': is a member of ' || m.roleid::regrole
from pg_catalog.pg_auth_members m where m.member::regrole::text ~ '^tenant_[0-9a-f]{32}$'
union all
select r.rolname || ': may do more than a tenant''s role'
from pg_catalog.pg_roles r
where r.rolname ~ '^tenant_[0-9a-f]{32}$'
  and (r.rolsuper or r.rolcanlogin or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls
       or r.rolreplication)
union all
select s.member::regrole || ': may act as the owner of every tenant''s tables'
from service s
where pg_has_role(s.member, 'aegis_owner', 'member')
order by breach;

-- count_tenants --
select count(*) from pg_catalog.pg_namespace n where n.nspname ~ '^tenant_[0-9a-f]{32}$';
