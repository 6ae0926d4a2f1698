-- accept_events --
select control.accept_events($1, $2, $3, $4, $5, $6);

-- claim_mailboxes --
-- A lease that ran out without being given back is a worker that died: `attempts` counts those.
-- What waits for a frozen tenant waits on. Its status is a look-up by key for each row, and no join.
with due as (
  select m.tenant_id, m.mailbox from control.mailbox m
  where m.due_at <= now() and (m.lease_until is null or m.lease_until < now())
    and (select t.status from control.tenant t where t.tenant_id = m.tenant_id) = 'active'
  order by m.turn_at
  limit $1
  for update of m skip locked
)
update control.mailbox m
set lease_by = $2, lease_until = now() + make_interval(secs => $3),
    attempts = m.attempts + case when m.lease_by is null then 0 else 1 end
from due
where m.tenant_id = due.tenant_id and m.mailbox = due.mailbox
returning m.tenant_id, m.mailbox, m.signal, m.attempts;

-- renew_leases --
-- Not for a tenant that was frozen meanwhile: whoever works for it then stops, as for a lost lease.
update control.mailbox m
set lease_until = now() + make_interval(secs => $4)
from unnest($2::text[], $3::text[]) as held (tenant_id, mailbox)
where m.tenant_id = held.tenant_id and m.mailbox = held.mailbox and m.lease_by = $1
  and (select t.status from control.tenant t where t.tenant_id = m.tenant_id) = 'active'
returning m.tenant_id, m.mailbox;

-- remove_drained --
delete from control.mailbox
where tenant_id = $1 and mailbox = $2 and lease_by = $3 and signal = $4
returning true;

-- release --
update control.mailbox
set lease_by = null, lease_until = null, attempts = 0,
    due_at = now() + make_interval(secs => $4)
where tenant_id = $1 and mailbox = $2 and lease_by = $3;

-- next_event --
select id, event_id, kind, payload, attempts from inbox_event
where mailbox = $1 and state = 'waiting'
order by id limit 1;

-- finish_event --
-- The payload goes as soon as it has done its work; the id stays to recognize a repeat.
update inbox_event set state = $2, finished_at = now(), payload = '', reason = $3
where id = $1 and state = 'waiting';

-- count_attempt --
update inbox_event set attempts = attempts + 1, reason = $2 where id = $1 returning attempts;

-- prune_events --
delete from inbox_event where state <> 'waiting' and finished_at < now() - interval '2 days';
