-- fill --
-- The server puts names into attempts: %1$I schema, %2$I table, %3$I a column of it, %4$I role.
select format(f.template, f.schema_name, f.table_name, f.column_name, f.role_name) as statement
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) with ordinality
  as f (template, schema_name, table_name, column_name, role_name, place)
order by f.place;

-- data_read --
select _row::text from %1$I.%2$I _row;

-- data_count --
select count(*) from %1$I.%2$I;

-- data_read_locked --
select _row::text from %1$I.%2$I _row for update;

-- data_insert --
insert into %1$I.%2$I default values returning 1;

-- data_update --
update %1$I.%2$I set %3$I = default returning 1;

-- data_delete --
delete from %1$I.%2$I returning 1;

-- data_merge_away --
with gone as (delete from %1$I.%2$I returning 1) select count(*) from gone;

-- data_keep_a_copy --
select _row::text as kept into kept_copy from %1$I.%2$I _row;

-- text_read_as_xml --
select query_to_xml('table %1$I.%2$I', true, false, '');

-- text_read_table_as_xml --
select table_to_xml('%1$I.%2$I'::regclass, true, false, '');

-- text_read_by_text_search --
select word from ts_stat('select to_tsvector(_row::text) from %1$I.%2$I _row');

-- role_switch_and_read --
-- In one statement: become the neighbour, then let a function read as the neighbour.
with switched as materialized (select set_config('role', '%4$I', true) as role)
select s.word from switched cross join lateral ts_stat(
  case when switched.role <> '' then 'select to_tsvector(_row::text) from %1$I.%2$I _row' end) s;

-- catalog_statistics --
select s.attname, s.most_common_vals::text from pg_catalog.pg_stats s
where s.schemaname = '%1$I' and s.tablename = '%2$I';

-- catalog_table_size --
select pg_relation_size('%1$I.%2$I'::regclass);

-- catalog_table_entry --
select c.reltuples from pg_catalog.pg_class c where c.relname = '%2$I' and c.reltuples is not null;

-- data_next_number --
select nextval('%1$I.%2$I_id_seq');

-- data_truncate --
truncate %1$I.%2$I;

-- data_copy_out --
copy %1$I.%2$I to stdout;

-- data_lock --
lock table %1$I.%2$I in access share mode;

-- data_like --
create table own_copy (like %1$I.%2$I);

-- data_view --
create view seen as select %3$I from %1$I.%2$I;

-- data_reference --
create table pointing (%3$I text references %1$I.%2$I (%3$I));

-- data_index --
create index on %1$I.%2$I (%3$I);

-- data_alter --
alter table %1$I.%2$I add column mine text;

-- data_drop --
drop table %1$I.%2$I;

-- data_grant --
grant select on %1$I.%2$I to public;

-- data_trigger --
create trigger mine before insert on %1$I.%2$I
for each row execute function suppress_redundant_updates_trigger();

-- data_comment --
comment on table %1$I.%2$I is 'mine';

-- role_set_config_role --
select set_config('role', '%4$I', true);

-- role_set_config_path --
select set_config('search_path', '%4$I', false);

-- catalog_settings_view --
update pg_catalog.pg_settings set setting = 'off' where name = 'jit';

-- text_xml_of_schema --
select schema_to_xml('%1$I', true, false, '');

-- text_xml_of_database --
select database_to_xml(true, false, '');

-- text_rewritten_query --
select ts_rewrite('a'::tsquery, 'select ''a''::tsquery, ''b''::tsquery');

-- temporary_from_select --
select 1 as one into temporary kept_here;

-- create_from_select --
select 1 as one into kept_here;

-- create_in_public --
select 1 as one into public.kept_here;

-- data_registry --
select t.tenant_id from control.tenant t;

-- data_accept_events --
select control.accept_events('{}', '{}', '{}', '{}', '{}', '{}');

-- catalog_accounts --
select r.rolname from pg_catalog.pg_roles r;

-- data_passwords --
select a.rolpassword from pg_catalog.pg_authid a;

-- data_raw_statistics --
select s.starelid from pg_catalog.pg_statistic s;

-- data_large_object_pages --
select l.loid from pg_catalog.pg_largeobject l;

-- data_mappings --
select m.umoptions from pg_catalog.pg_user_mapping m;

-- catalog_other_schemas --
select n.nspname from pg_catalog.pg_namespace n where n.nspname = '%1$I';

-- catalog_schemas_by_standard --
select s.schema_name from information_schema.schemata s where s.schema_name = '%1$I';

-- catalog_activity --
select a.query from pg_catalog.pg_stat_activity a;

-- catalog_locks --
select l.pid from pg_catalog.pg_locks l;

-- catalog_row_counts --
select t.n_live_tup from pg_catalog.pg_stat_all_tables t where t.schemaname = '%1$I';

-- catalog_database_size --
select pg_database_size(current_database());

-- catalog_roles_rights --
select has_schema_privilege('%4$I', '%1$I', 'usage');

-- data_write_catalog --
update pg_catalog.pg_class set relname = relname returning 1;

-- data_read_file --
select pg_read_file('PG_VERSION');

-- data_list_files --
select pg_ls_dir('.');

-- data_server_file_to_object --
select lo_import('/etc/hostname');

-- object_make_object --
select lo_from_bytea(0, 'kept');

-- object_object --
select lo_create(0);

-- object_read_object --
select lo_get(1);

-- session_end_session --
select pg_terminate_backend(pg_backend_pid());

-- session_cancel_session --
select pg_cancel_backend(pg_backend_pid());

-- session_hold_session_lock --
select pg_advisory_lock(1);

-- session_free_session_locks --
select pg_advisory_unlock_all();

-- session_send_message --
select pg_notify('aegis', 'text');

-- session_write_ahead_message --
select pg_logical_emit_message(false, 'aegis', 'text');

-- session_export_snapshot --
select pg_export_snapshot();

-- session_seed_random --
select setseed(0.5);

-- session_last_number --
select lastval();

-- session_sleep --
select pg_sleep(0);

-- data_reload --
select pg_reload_conf();

-- absent_other_database --
select dblink_connect('dbname=postgres');

-- switch_set_role --
set role %4$I;

-- switch_set_local_role --
set local role %4$I;

-- statement_reset_role --
reset role;

-- statement_set_path --
set search_path = %1$I;

-- statement_listen --
listen aegis;

-- statement_notify --
notify aegis, 'text';

-- login_set_session --
set session authorization %4$I;

-- data_copy_to_program --
copy (select 1) to program 'true';

-- data_copy_to_file --
copy (select 1) to '/tmp/aegis-isolation';

-- data_copy_from_program --
copy inbox_event from program 'true';

-- language_do_block --
do 'begin perform 1; end';

-- language_do_block_in_sql --
do language sql 'select 1';

-- temporary_table --
create temporary table kept_here (one int);

-- temporary_function --
create function pg_temp.mine() returns int language sql as 'select 1';

-- create_own_function --
create function mine() returns int language sql as 'select 1';

-- language_own_procedure --
create procedure mine() language plpgsql as 'begin end';

-- data_function_in_theirs --
create function %1$I.mine() returns int language sql as 'select 1';

-- data_table_in_theirs --
create table %1$I.mine (one int);

-- create_own_table --
create table mine (one int);

-- create_table_in_public --
create table public.mine (one int);

-- data_own_schema --
create schema mine;

-- data_own_role --
create role mine;

-- data_join_role --
grant %4$I to current_role;

-- data_change_role --
alter role %4$I login;

-- data_rename_schema --
alter schema %1$I rename to mine;

-- absent_extension --
create extension dblink;

-- absent_server --
create server mine foreign data wrapper postgres_fdw;

-- data_setting_of_role --
alter role %4$I set search_path = public;

-- absent_load_library --
load 'dblink';

-- data_publication --
create publication mine for all tables;

-- data_event_trigger --
create event trigger mine on ddl_command_start execute function suppress_redundant_updates_trigger();

-- name_schema --
select '%1$I'::regnamespace::oid;

-- name_role --
select '%4$I'::regrole::oid;
