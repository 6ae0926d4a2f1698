-- Reason: fairness between tenants, a pace that all processes keep together, and one Slack app that
-- many workspaces and whole organizations install. Ids, hashes, times and states; nothing anybody said.

set local role aegis_owner;

-- An organization's (Enterprise Grid) installation has a key and a schema of its own, for its token
-- alone. It is reached through control.organization; control.workspace never leads to it.
alter table control.tenant
  add column kind text not null default 'workspace' check (kind in ('workspace', 'organization')),
  add column frozen_because text check (frozen_because in ('operator', 'owner', 'uninstalled'));
update control.tenant set frozen_because = 'operator' where status = 'frozen';

create table control.organization (
  enterprise_id text primary key check (enterprise_id ~ '^E'),
  tenant_id text not null unique references control.tenant (tenant_id),
  linked_at timestamptz not null default now()
);

-- `organization_id`: whose token speaks in this workspace, where it has none of its own.
alter table control.workspace
  add column organization_id text references control.tenant (tenant_id),
  add constraint workspace_is_no_organization check (team_id !~ '^E');

-- Sign-in that is under way. The browser's half is in its cookie; both are kept as keyed hashes.
create table control.sign_in_state (
  state_hash text primary key check (state_hash ~ '^[0-9a-f]{64}$'),
  kind text not null check (kind in ('slack_install')),
  browser_hash text not null check (browser_hash ~ '^[0-9a-f]{64}$'),
  expires_at timestamptz not null
);
create index sign_in_state_expires on control.sign_in_state (expires_at);

-- Pace for whatever is limited: one row a bucket, known by a keyed hash. After a crash of the server
-- it is empty, which is right: nobody has called for a while. GCRA: `next_at` is the theoretical
-- arrival time of the next call.
create unlogged table control.rate_limit (
  bucket text primary key check (bucket ~ '^[0-9a-f]{64}$'),
  next_at timestamptz not null
) with (fillfactor = 50);

-- How far ahead of the clock a tenant's turns have been handed out: who asks much, waits behind who
-- asks little (start-time fair queueing).
create unlogged table control.tenant_share (
  tenant_id text primary key,
  next_turn timestamptz not null
) with (fillfactor = 50);

-- Due mail is taken in the order of `turn_at`, and not of its arrival.
alter table control.mailbox add column turn_at timestamptz not null default now();
create index mailbox_turn on control.mailbox (turn_at);

grant select on control.organization to aegis_service;
grant select, insert, update, delete on
  control.sign_in_state, control.rate_limit, control.tenant_share to aegis_service;

-- The same as before, and besides: an event that asks for no work is remembered by its id and no
-- more, and wakes nobody; a mailbox that is new gets its tenant's next turn. A turn costs a tenant
-- 0.1 s of its share, and nobody is set back by more than a minute.
create function control.accept_events(
  tenants text[], mailboxes text[], event_ids text[], kinds text[], payloads text[], wakes boolean[]
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  wanted text;
  first_turn timestamptz;
  woken text[];
begin
  for wanted in select distinct unnest(tenants) order by 1 loop
    if wanted !~ '^[0-9a-f]{32}$' then
      raise exception 'not a tenant id';
    end if;
    if not exists (select from control.tenant t where t.tenant_id = wanted and t.status = 'active') then
      continue;
    end if;
    execute format(
      'insert into %I.inbox_event (event_id, mailbox, kind, payload, state, finished_at)
       select e.event_id, e.mailbox, e.kind, case when e.wakes then e.payload else '''' end,
         case when e.wakes then ''waiting'' else ''done'' end, case when e.wakes then null else now() end
       from unnest($1, $2, $3, $4, $5, $6) with ordinality
         as e (tenant_id, mailbox, event_id, kind, payload, wakes, position)
       where e.tenant_id = $7
       order by e.position
       on conflict (event_id) do nothing', 'tenant_' || wanted)
    using tenants, mailboxes, event_ids, kinds, payloads, wakes, wanted;

    select array_agg(distinct e.mailbox order by e.mailbox) into woken
    from unnest(tenants, mailboxes, wakes) as e (tenant_id, mailbox, wakes)
    where e.tenant_id = wanted and e.wakes;
    continue when woken is null;

    insert into control.tenant_share as s (tenant_id, next_turn)
    values (wanted, now() + cardinality(woken) * interval '0.1 s')
    on conflict (tenant_id) do update set next_turn = least(
      greatest(s.next_turn, now()) + cardinality(woken) * interval '0.1 s', now() + interval '1 minute')
    returning s.next_turn - cardinality(woken) * interval '0.1 s' into first_turn;

    insert into control.mailbox as m (tenant_id, mailbox, turn_at)
    select wanted, w.mailbox, first_turn + (w.position - 1) * interval '0.1 s'
    from unnest(woken) with ordinality as w (mailbox, position)
    on conflict (tenant_id, mailbox) do update
      set signal = m.signal + 1, due_at = least(m.due_at, now());
  end loop;
end $$;
revoke all on function control.accept_events(text[], text[], text[], text[], text[], boolean[]) from public;
grant execute on function
  control.accept_events(text[], text[], text[], text[], text[], boolean[]) to aegis_service;

reset role;
