-- Reason: a chain of hashes over each tenant's audit log with signed checkpoints, keys that can be
-- rotated, and a life that ends: frozen, then erased with a certificate. Ids, counts, hashes, times.

set local role aegis_owner;

alter table control.tenant
  add column wrapping_algorithm text not null default 'AES-256-GCM' check (wrapping_algorithm in ('AES-256-GCM')),
  add column frozen_at timestamptz,
  add column erase_after timestamptz,
  drop constraint tenant_status_check,
  add constraint tenant_status_check check (status in ('active', 'frozen', 'erasing', 'erased'));

-- The head of each chain. Its row is the lock that puts a tenant's audited transactions in a line.
-- `base` is where retention has cut: the first kept row follows base_hash.
create table control.audit_chain (
  tenant_id text primary key references control.tenant (tenant_id),
  seq bigint not null default 0,
  head text not null default repeat('0', 64) check (head ~ '^[0-9a-f]{64}$'),
  base_seq bigint not null default 0,
  base_hash text not null default repeat('0', 64) check (base_hash ~ '^[0-9a-f]{64}$')
) with (fillfactor = 50);
insert into control.audit_chain (tenant_id) select tenant_id from control.tenant;

create table control.audit_checkpoint (
  tenant_id text not null references control.tenant (tenant_id),
  seq bigint not null,
  head text not null check (head ~ '^[0-9a-f]{64}$'),
  signed_at timestamptz not null,
  key_id text not null,
  signature text not null,
  primary key (tenant_id, seq)
);

create table control.erasure_certificate (
  certificate_id text primary key,
  tenant_id text not null,
  erased_at timestamptz not null,
  statement text not null,
  signature text not null,
  key_id text not null
);

create table control.isolation_proof (
  proved_at timestamptz primary key,
  passed boolean not null,
  tenants int not null,
  tables int not null,
  functions int not null,
  attempts int not null,
  failures int not null
);

grant select on control.audit_chain, control.erasure_certificate, control.isolation_proof to aegis_service;
grant select, insert on control.audit_checkpoint to aegis_service;

-- SHA-256 over netstrings (length:bytes,) of the fields, so that no two rows read the same.
create function control.audit_hash(
  tenant text, seq bigint, at timestamptz, action text, actor text, outcome text, reference text,
  arguments text, detail text, previous text
) returns text
language sql stable set search_path = pg_catalog, pg_temp
return (
  select encode(sha256(convert_to(
    string_agg(octet_length(f.field) || ':' || f.field || ',', '' order by f.position), 'UTF8')), 'hex')
  from unnest(array[
    tenant, seq::text, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    action, actor, outcome, reference, arguments, detail, previous
  ]) with ordinality as f (field, position)
);

-- Number, date and chain a new row. Only the owner can name a time (a migration that moves rows);
-- the tenant's role has no right on that column.
create function control.chain_audit_event() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  tenant text := substr(tg_table_schema, length('tenant_') + 1);
begin
  select c.seq + 1, c.head into new.seq, new.previous
  from control.audit_chain c where c.tenant_id = tenant for update;
  if new.seq is null then
    raise exception 'no audit chain for this schema';
  end if;
  new.at := coalesce(new.at, clock_timestamp());
  new.hash := control.audit_hash(tenant, new.seq, new.at, new.action, new.actor, new.outcome,
    new.reference, new.arguments, new.detail, new.previous);
  update control.audit_chain set seq = new.seq, head = new.hash where tenant_id = tenant;
  return new;
end $$;

-- Not even the owner changes a row. What retention has cut from the chain may be deleted.
create function control.keep_audit_event() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'DELETE' and old.seq <= (
    select c.base_seq from control.audit_chain c
    where c.tenant_id = substr(tg_table_schema, length('tenant_') + 1)
  ) then
    return old;
  end if;
  raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end $$;
revoke all on function control.audit_hash(text, bigint, timestamptz, text, text, text, text, text, text, text),
  control.chain_audit_event(), control.keep_audit_event() from public;

-- A frozen or erased tenant's late events are nobody's: nothing is stored, and nothing fails.
create or replace function control.accept_events(
  tenants text[], mailboxes text[], event_ids text[], kinds text[], payloads text[]
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  active text[];
  wanted text;
begin
  for wanted in select distinct unnest(tenants) order by 1 loop
    if wanted !~ '^[0-9a-f]{32}$' then
      raise exception 'not a tenant id';
    end if;
    if not exists (select from control.tenant t where t.tenant_id = wanted and t.status = 'active') then
      continue;
    end if;
    active := active || wanted;
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
  where e.tenant_id = any (active)
  order by 1, 2
  on conflict (tenant_id, mailbox) do update
    set signal = m.signal + 1, due_at = least(m.due_at, now());
end $$;

reset role;
