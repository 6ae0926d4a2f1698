-- lock_ways --
-- Two runs at once would change the same rows of the catalog; the lock ends with the transaction.
select pg_advisory_xact_lock($1);

-- list_open_functions --
-- What PUBLIC, and so every tenant's role, may call although no statement of the product does inside
-- a tenant: volatile functions, but for a few, and stable ones that read the catalogs. Tenants'
-- schemas and `control` give their rights by name. What takes or gives only internal things cannot
-- be called from a statement.
select p.oid, case
    when p.proname = 'set_config' then 'role'
    when p.proname ~ '_to_xml' or p.proname in ('ts_stat', 'ts_rewrite') then 'text_as_sql'
    when p.proname ~ '^lo_' or p.proname in ('loread', 'lowrite') then 'large_objects'
    when p.provolatile = 's' or p.proname ~ '^pg_stat_get_|_size$|^pg_lock_status$' then 'catalogs'
    else 'session'
  end as way
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where has_function_privilege('public', p.oid, 'execute')
  and n.nspname !~ '^(control|tenant_[0-9a-f]{32})$'
  and p.prokind in ('f', 'p')
  and p.prorettype::regtype::text !~ '^(trigger|event_trigger|internal|.*_handler)$'
  and not 'internal'::regtype = any (p.proargtypes::oid[])
  and (
    p.provolatile = 'v' and p.proname !~ '^(clock_timestamp|timeofday|random|random_normal)$'
      and p.proname !~ '^(gen_random_uuid|uuidv[47]|array_sample|array_shuffle)$'
      and p.proname !~ '^pg_(try_)?advisory_xact_lock(_shared)?$'
    or p.provolatile = 's' and (
      p.proname ~ '_to_xml|^(has_.*_privilege|to_reg.*|.*_description|row_security_active)$'
      -- Who else is at work just then, and how much was done: the numbers of transactions.
      or p.proname ~ '^(txid_current.*|mxid_age)$' or p.oid = 'age(xid)'::regprocedure
      or p.proname ~ '^pg_' and p.proname !~ '^pg_(typeof|column_size|backend_pid|.*_send|.*_recv)$'
        and p.proname !~ '^pg_(collation_for|client_encoding|input_is_valid|trigger_depth)$'
        and p.proname !~ '^pg_(char_to_encoding|encoding_to_char|options_to_table)$'))
order by p.oid;

-- close_functions --
select format(
  'revoke execute on function %1$s from public; grant execute on function %1$s to aegis_owner, pg_monitor',
  string_agg(f.oid::regprocedure::text, ', '))
from unnest($1::oid[]) f (oid) having count(*) > 0;

-- open_functions_to_service --
-- What asyncpg calls at connect and at release, and what `aegis doctor` asks.
select format('grant execute on function %s to aegis_service', string_agg(p.oid::regprocedure::text, ', '))
from pg_catalog.pg_proc p
where p.oid = any ($1::oid[])
  or p.oid in ('pg_advisory_unlock_all()'::regprocedure, 'pg_is_in_recovery()'::regprocedure);

-- list_open_catalogs --
select c.oid from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('pg_catalog', 'information_schema') and c.relkind in ('r', 'v', 'm')
  and has_any_column_privilege('public', c.oid, 'select')
order by c.oid;

-- close_catalogs --
select format(
  'revoke all on %1$s from public; grant select on %1$s to aegis_owner, aegis_service, pg_monitor',
  string_agg(c.oid::regclass::text, ', '))
from unnest($1::oid[]) c (oid) having count(*) > 0;

-- list_open_languages --
select l.oid from pg_catalog.pg_language l
where l.lanpltrusted and has_language_privilege('public', l.oid, 'usage') order by l.oid;

-- close_languages --
select format(
  'revoke usage on language %1$s from public; grant usage on language %1$s to aegis_owner',
  string_agg(quote_ident(l.lanname), ', '))
from pg_catalog.pg_language l where l.oid = any ($1::oid[]) having count(*) > 0;

-- is_temporary_open --
select has_database_privilege('public', current_database(), 'temporary');

-- close_temporary --
select format(
  'revoke temporary on database %1$I from public; grant temporary on database %1$I to aegis_owner',
  current_database());

-- is_create_open --
select has_database_privilege('public', current_database(), 'create')
  or exists (
    select from pg_catalog.pg_namespace n
    where has_schema_privilege('public', n.oid, 'create') and n.nspname !~ '^pg_temp_|^pg_toast_temp_');

-- close_create --
select string_agg(
  format('revoke create on database %I from public; revoke create on schema %I from public',
         current_database(), n.nspname), '; ')
from pg_catalog.pg_namespace n
where has_schema_privilege('public', n.oid, 'create') or n.nspname = 'public';

-- put_proof --
insert into control.isolation_proof (proved_at, passed, tenants, tables, functions, attempts, failures)
values ($1, $2, $3, $4, $5, $6, $7);

-- find_last_proof --
select proved_at, passed, tenants, tables, functions, attempts, failures
from control.isolation_proof order by proved_at desc limit 1;
