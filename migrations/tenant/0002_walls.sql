-- Reason: an audit log in which a changed, missing or moved row is found, and how long each class
-- of data is kept. The rows there are get their place in the chain, in their order.

alter table {schema}.audit_event rename to audit_event_before;
alter table {schema}.audit_event_before rename constraint audit_event_pkey to audit_event_before_pkey;

create table {schema}.audit_event (
  seq bigint primary key,
  at timestamptz not null,
  action text not null check (action ~ '^[a-z_]+:[a-z_]+:[a-z_]+$'),
  actor text not null,
  outcome text not null check (outcome in ('attempt', 'done', 'refused', 'failed')),
  reference text not null,
  arguments text not null default '' check (arguments ~ '^([0-9a-f]{64})?$'),
  detail text not null default '{}' check (detail is json object),
  previous text not null,
  hash text not null
);
create trigger audit_event_chain before insert on {schema}.audit_event
  for each row execute function control.chain_audit_event();
create trigger audit_event_keep before update or delete on {schema}.audit_event
  for each row execute function control.keep_audit_event();
create trigger audit_event_keep_all before truncate on {schema}.audit_event
  for each statement execute function control.keep_audit_event();

insert into {schema}.audit_event (at, action, actor, outcome, reference, detail)
select at, action, actor, outcome, reference, detail::text from {schema}.audit_event_before order by id;
drop table {schema}.audit_event_before;

-- No row for a class: the product's own default.
create table {schema}.retention (
  data_class text primary key check (data_class in ('conversations', 'people', 'audit')),
  keep_days int check (keep_days between 1 and 36500),
  changed_by text not null,
  changed_at timestamptz not null default now()
);

grant select on {schema}.audit_event to {schema};
grant insert (action, actor, outcome, reference, arguments, detail) on {schema}.audit_event to {schema};
grant select, insert, update, delete on {schema}.retention to {schema};
