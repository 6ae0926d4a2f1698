-- accept_events --
select control.accept_events($1, $2, $3, $4, $5, $6);

-- claim_mailboxes --
-- Of the tenants in $4 nothing is taken: they have their share of this worker. `attempts` counts the
-- workers that died: a lease of another that ran out. It is no death when the server was started
-- after the last renewal, for then nobody could renew. After a death the mailbox rests for one of
-- $5, times 0.5 to 1.5. Of those whose workers died $6 times, one is taken, or none ($7). Only of one
-- lane is taken: whether the mailbox begins with $8 is to be as $9.
-- What waits for a frozen tenant waits on: its status is a look-up by key for each row, and no join.
with due as (
  select m.tenant_id, m.mailbox, m.turn_at, counted.deaths from control.mailbox m
  cross join lateral (
    select m.attempts + case
      when m.lease_by is null or m.lease_by = $2
        or m.lease_until - make_interval(secs => $3) < pg_postmaster_start_time() then 0
      else 1
    end as deaths
  ) as counted
  where m.due_at <= now() and m.tenant_id <> all($4::text[])
    and starts_with(m.mailbox, $8) = $9
    and (m.lease_until is null or m.lease_until < now() - make_interval(secs =>
      ($5::float8[])[least(m.attempts + 1, cardinality($5::float8[]))]
      * (0.5 + (hashtext(m.tenant_id || m.mailbox) & 1023) / 1024.0)))
    and (counted.deaths < $6 or $7)
    and (select t.status from control.tenant t where t.tenant_id = m.tenant_id) = 'active'
  order by m.turn_at
  limit $1
  for update of m skip locked
), taken as (
  select due.tenant_id, due.mailbox, due.deaths,
    row_number() over (partition by due.deaths >= $6 order by due.turn_at) as place
  from due
)
update control.mailbox m
set lease_by = $2, lease_until = now() + make_interval(secs => $3), attempts = taken.deaths
from taken
where m.tenant_id = taken.tenant_id and m.mailbox = taken.mailbox
  and (taken.deaths < $6 or taken.place = 1)
returning m.tenant_id, m.mailbox, m.signal, m.attempts;

-- renew_leases --
-- Not for a tenant that was frozen meanwhile: whoever works for it then stops, as for a lost lease.
-- Whoever locks several mailboxes locks them in the order of (tenant, mailbox): nobody waits for one
-- who waits for him. `claim_mailboxes` waits for nobody.
with ours as (
  select m.tenant_id, m.mailbox from control.mailbox m
  join unnest($2::text[], $3::text[]) as held (tenant_id, mailbox) using (tenant_id, mailbox)
  where m.lease_by = $1
  order by m.tenant_id, m.mailbox
  for update of m
)
update control.mailbox m
set lease_until = now() + make_interval(secs => $4)
from ours
where m.tenant_id = ours.tenant_id and m.mailbox = ours.mailbox and m.lease_by = $1
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

-- give_back --
-- What a worker began and could not end is no failure, and nobody died of it: `attempts` stays.
-- Locked in the same order as by renew_leases.
with ours as (
  select m.tenant_id, m.mailbox, held.delay from control.mailbox m
  join unnest($2::text[], $3::text[], $4::float8[]) as held (tenant_id, mailbox, delay)
    using (tenant_id, mailbox)
  where m.lease_by = $1
  order by m.tenant_id, m.mailbox
  for update of m
)
update control.mailbox m
set lease_by = null, lease_until = null, due_at = now() + make_interval(secs => ours.delay)
from ours
where m.tenant_id = ours.tenant_id and m.mailbox = ours.mailbox and m.lease_by = $1;

-- list_crowded --
-- The hour is part of what names a warning, so it has to be the same for every process. Files that
-- wait to be read ($2) hold up nobody's question.
select m.tenant_id, count(*) as waiting,
  to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24') as hour
from control.mailbox m
where m.due_at <= now() and m.lease_by is null and not starts_with(m.mailbox, $2)
group by m.tenant_id
having count(*) > $1;

-- ring --
-- On a connection of its own, as a command: nobody has a right on pg_notify (core/isolation).
notify aegis_mail;

-- prune_shares --
delete from control.tenant_share where next_turn < now() - interval '1 hour';

-- next_event --
select id, event_id, kind, payload, attempts,
  extract(epoch from now() - received_at)::float8 as age_seconds
from inbox_event
where mailbox = $1 and state = 'waiting'
order by id limit 1;

-- finish_event --
-- The payload goes as soon as it has done its work; the id stays to recognize a repeat.
update inbox_event set state = $2, finished_at = now(), payload = '', reason = $3
where id = $1 and state = 'waiting'
returning true;

-- overhear --
-- A reply in a thread that is not ours, or not yet: the message that makes it ours may come late.
-- So its words are kept for an hour.
update inbox_event set state = 'done', finished_at = now(), reason = 'overheard'
where id = $1 and state = 'waiting';

-- list_overheard --
select id, payload from inbox_event
where reason = 'overheard' and mailbox = (select e.mailbox from inbox_event e where e.id = $1)
  and finished_at > now() - interval '1 hour';

-- recall_overheard --
update inbox_event set state = 'waiting', finished_at = null, reason = null
where id = any ($1::bigint[]) and reason = 'overheard';

-- forget_overheard --
update inbox_event set payload = '', reason = null
where reason = 'overheard' and finished_at < now() - interval '1 hour';

-- count_attempt --
update inbox_event set attempts = attempts + 1, reason = $2 where id = $1 returning attempts;

-- prune_events --
delete from inbox_event where state <> 'waiting' and finished_at < now() - interval '2 days';
