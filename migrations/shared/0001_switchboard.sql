-- Reason: the shared schema is a switchboard, never a store. It holds ids, hashes, wrapped keys and
-- due times; no name, message, address, token or file name (docs/architecture.md, "Tenancy").

create schema if not exists extensions;
create extension if not exists vector with schema extensions;
grant usage on schema extensions to public;

create schema control authorization aegis_owner;
grant usage on schema control to aegis_service;
set local role aegis_owner;

create table control.migration (
  version int primary key,
  name text not null,
  sha256 text not null,
  applied_at timestamptz not null default now()
);

create table control.tenant (
  tenant_id text primary key check (tenant_id ~ '^[0-9a-f]{32}$'),
  status text not null default 'active' check (status in ('active', 'frozen', 'erased')),
  wrapped_key bytea not null,
  wrapping_key_id text not null,
  schema_version int not null default 0,
  created_at timestamptz not null default now()
);

create table control.workspace (
  team_id text primary key,
  tenant_id text not null unique references control.tenant (tenant_id),
  linked_at timestamptz not null default now()
);

-- One row per conversation with something to do: the queue. `signal` counts wake-ups, so a worker
-- that has drained a mailbox removes the row only if nothing came meanwhile.
create table control.mailbox (
  tenant_id text not null,
  mailbox text not null,
  due_at timestamptz not null default now(),
  signal bigint not null default 1,
  attempts int not null default 0,
  lease_by text,
  lease_until timestamptz,
  primary key (tenant_id, mailbox)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index mailbox_due on control.mailbox (due_at);

grant select, insert, update, delete on control.tenant, control.workspace, control.mailbox to aegis_service;
grant select on control.migration to aegis_service;

-- Take a batch of verified events of any number of tenants in one commit. The caller has no right
-- on a tenant's tables; this function writes one table of each, and nothing else can be asked of it.
create function control.accept_events(
  tenants text[], mailboxes text[], event_ids text[], kinds text[], payloads text[]
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  wanted text;
begin
  for wanted in select distinct unnest(tenants) order by 1 loop
    if wanted !~ '^[0-9a-f]{32}$' then
      raise exception 'not a tenant id';
    end if;
    execute format(
      'insert into %I.inbox_event (event_id, mailbox, kind, payload)
       select e.event_id, e.mailbox, e.kind, e.payload
       from unnest($1, $2, $3, $4, $5) with ordinality
         as e (tenant_id, mailbox, event_id, kind, payload, position)
       where e.tenant_id = $6
       order by e.position
       on conflict (event_id) do nothing', 'tenant_' || wanted)
    using tenants, mailboxes, event_ids, kinds, payloads, wanted;
  end loop;

  insert into control.mailbox as m (tenant_id, mailbox)
  select distinct e.tenant_id, e.mailbox
  from unnest(tenants, mailboxes) as e (tenant_id, mailbox)
  order by 1, 2
  on conflict (tenant_id, mailbox) do update
    set signal = m.signal + 1, due_at = least(m.due_at, now());
end $$;
revoke all on function control.accept_events(text[], text[], text[], text[], text[]) from public;
grant execute on function control.accept_events(text[], text[], text[], text[], text[]) to aegis_service;

reset role;
