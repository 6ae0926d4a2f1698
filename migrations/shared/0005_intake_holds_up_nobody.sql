-- Reason: one workspace whose tables are locked held up every workspace's events, and any delivery
-- to a conversation cut short its rest after a failure.

set local role aegis_owner;

-- The same as before, and besides: it waits 0.3 s for a lock and no longer (lock_not_available); only
-- an event that is new here wakes; and a mailbox that rests after a failure goes on resting, for what
-- comes later waits behind what failed anyway.
create or replace function control.accept_events(
  tenants text[], mailboxes text[], event_ids text[], kinds text[], payloads text[], wakes boolean[]
) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '300ms' as $$
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
      'with stored as (
         insert into %I.inbox_event (event_id, mailbox, kind, payload, state, finished_at)
         select e.event_id, e.mailbox, e.kind, case when e.wakes then e.payload else '''' end,
           case when e.wakes then ''waiting'' else ''done'' end, case when e.wakes then null else now() end
         from unnest($1, $2, $3, $4, $5, $6) with ordinality
           as e (tenant_id, mailbox, event_id, kind, payload, wakes, position)
         where e.tenant_id = $7
         order by e.position
         on conflict (event_id) do nothing
         returning mailbox, state)
       select array_agg(distinct mailbox order by mailbox) from stored where state = ''waiting''',
      'tenant_' || wanted)
    into woken
    using tenants, mailboxes, event_ids, kinds, payloads, wakes, wanted;
    continue when woken is null;

    insert into control.tenant_share as s (tenant_id, next_turn)
    values (wanted, now() + cardinality(woken) * interval '0.1 s')
    on conflict (tenant_id) do update set next_turn = least(
      greatest(s.next_turn, now()) + cardinality(woken) * interval '0.1 s', now() + interval '1 minute')
    returning s.next_turn - cardinality(woken) * interval '0.1 s' into first_turn;

    insert into control.mailbox as m (tenant_id, mailbox, turn_at)
    select wanted, w.mailbox, first_turn + (w.position - 1) * interval '0.1 s'
    from unnest(woken) with ordinality as w (mailbox, position)
    on conflict (tenant_id, mailbox) do update set signal = m.signal + 1;
  end loop;
end $$;

reset role;
