-- find_registered --
-- By tenant id, by the workspace it has, or by the one that its certificate names.
select t.tenant_id, coalesce(w.team_id, o.enterprise_id) as team_id, t.status, t.schema_version,
  t.created_at, t.frozen_at, t.erase_after, t.kind, t.frozen_because
from control.tenant t
left join control.workspace w on w.tenant_id = t.tenant_id
left join control.organization o on o.tenant_id = t.tenant_id
where t.tenant_id = $1 or w.team_id = $1 or o.enterprise_id = $1
  or t.status in ('erasing', 'erased') and not exists (
    select from control.workspace v where v.team_id = $1
  ) and not exists (
    select from control.organization v where v.enterprise_id = $1
  ) and exists (
    select from control.erasure_certificate e
    where e.tenant_id = t.tenant_id and e.statement::json ->> 'workspace' = $1
  )
order by t.created_at desc
limit 1;

-- lock_registered --
select t.tenant_id, coalesce(w.team_id, o.enterprise_id) as team_id, t.status, t.schema_version,
  t.created_at, t.frozen_at, t.erase_after, t.kind, t.frozen_because
from control.tenant t
left join control.workspace w on w.tenant_id = t.tenant_id
left join control.organization o on o.tenant_id = t.tenant_id
where t.tenant_id = $1
for update of t;

-- list_registered --
select t.tenant_id, coalesce(w.team_id, o.enterprise_id) as team_id, t.status, t.schema_version,
  t.created_at, t.frozen_at, t.erase_after, t.kind, t.frozen_because
from control.tenant t
left join control.workspace w on w.tenant_id = t.tenant_id
left join control.organization o on o.tenant_id = t.tenant_id
order by t.created_at, t.tenant_id;

-- list_due --
-- Whose grace is over, and those of which an erasure broke off.
select tenant_id from control.tenant
where status = 'erasing' or (status = 'frozen' and erase_after <= now())
order by erase_after, tenant_id;

-- freeze --
update control.tenant
set status = 'frozen', frozen_at = now(), erase_after = now() + make_interval(days => $2),
    frozen_because = $3
where tenant_id = $1
returning erase_after;

-- freeze_because --
-- A frozen tenant keeps its time; from now on it is frozen for this reason.
update control.tenant set frozen_because = $2 where tenant_id = $1;

-- thaw --
update control.tenant
set status = 'active', frozen_at = null, erase_after = null, frozen_because = null
where tenant_id = $1;

-- drop_idle_mailboxes --
-- What a worker holds is its own to give up: its lease ends by not being renewed.
delete from control.mailbox
where tenant_id = $1 and (lease_until is null or lease_until < now());

-- wake_mailboxes --
insert into control.mailbox (tenant_id, mailbox)
select distinct $1::text, e.mailbox from inbox_event e where e.state = 'waiting'
on conflict (tenant_id, mailbox) do update set signal = control.mailbox.signal + 1, due_at = now();

-- link_to_organization --
update control.workspace set organization_id = $2 where tenant_id = $1;

-- list_linked --
-- The workspaces that speak with an organization's token.
select w.team_id, w.tenant_id, t.status, t.frozen_because
from control.workspace w join control.tenant t on t.tenant_id = w.tenant_id
where w.organization_id = $1 order by w.linked_at, w.team_id;

-- list_organizations --
select o.tenant_id from control.organization o
join control.tenant t on t.tenant_id = o.tenant_id
where t.status = 'active' order by o.tenant_id;

-- wake_tenant --
-- What waits because Slack took no token is due now: in an organization's workspaces, too.
update control.mailbox set due_at = now()
where due_at > now() and (tenant_id = $1 or tenant_id in (
  select w.tenant_id from control.workspace w where w.organization_id = $1
));

-- count_running --
select count(*) from control.mailbox where tenant_id = $1 and lease_until > now();

-- count_statement --
-- A statement that counts the rows of each table; the server quotes the names.
select string_agg(
  format('select %L as table_name, count(*) as row_count from %I.%I', c.relname, n.nspname, c.relname),
  ' union all ' order by c.relname)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relkind = 'r';

-- shred --
-- From here on nothing that was sealed for this tenant can be opened from this database.
with unlinked as (delete from control.workspace where tenant_id = $1 returning tenant_id),
     unbound as (
       update control.workspace set organization_id = null where organization_id = $1
       returning tenant_id
     ),
     disbanded as (delete from control.organization where tenant_id = $1 returning tenant_id),
     unqueued as (delete from control.mailbox where tenant_id = $1 returning mailbox),
     unshared as (delete from control.tenant_share where tenant_id = $1 returning tenant_id)
update control.tenant set status = 'erasing', wrapped_key = '' where tenant_id = $1
returning clock_timestamp() as at;

-- put_certificate --
insert into control.erasure_certificate
  (certificate_id, tenant_id, erased_at, statement, signature, key_id)
values ($1, $2, $3, $4, $5, $6);

-- replace_certificate --
update control.erasure_certificate
set erased_at = $3, statement = $4, signature = $5, key_id = $6
where certificate_id = $1 and tenant_id = $2;

-- find_certificate --
-- The newest: a tenant that was restored can be erased again.
select certificate_id, tenant_id, erased_at, statement, signature, key_id
from control.erasure_certificate
where tenant_id = $1
order by erased_at desc
limit 1;

-- find_chain_end --
select c.seq, c.head, statement_timestamp() as at
from control.tenant t
left join control.audit_chain c on c.tenant_id = t.tenant_id
where t.tenant_id = $1;

-- close_registration --
-- The chain of a log that is gone, and its checkpoints: the certificate has the last of them.
with unchained as (delete from control.audit_chain where tenant_id = $1 returning seq),
     unsigned as (delete from control.audit_checkpoint where tenant_id = $1 returning seq)
update control.tenant set status = 'erased' where tenant_id = $1;

-- list_retention --
select data_class, keep_days from retention;

-- put_retention --
insert into retention as r (data_class, keep_days, changed_by) values ($1, $2, $3)
on conflict (data_class) do update
set keep_days = excluded.keep_days, changed_by = excluded.changed_by, changed_at = now();

-- drop_old_turns --
-- Of a live answer nothing goes: its event still waits. What was put in short goes with the first of
-- its turns; those after it are in the next summary.
with dropped as (
  delete from turn where id in (
    select t.id from turn t
    where t.asked_at < now() - make_interval(days => $1)
      and (t.state in ('done', 'failed') or not exists (
        select from inbox_event e where e.state = 'waiting' and e.received_at <= t.asked_at
      ))
    limit $2
  )
  returning id, conversation_id
), unsaid as (
  update conversation set summary = ''
  where id in (select conversation_id from dropped) and summary <> ''
)
select id from dropped;

-- forget_old_steps --
-- What was said to a model and to tools goes with the conversation. What it cost stays for the month.
update turn_step set arguments = '', shown = '', result = '', detail = '{}', digest = ''
where id in (
  select s.id from turn_step s
  where s.begun_at < now() - make_interval(days => $1) and s.state <> 'waiting'
    and (s.arguments, s.shown, s.result, s.detail, s.digest) <> ('', '', '', '{}'::jsonb, '')
  limit $2
)
returning id;

-- drop_old_steps --
delete from turn_step where id in (
  select s.id from turn_step s
  where s.begun_at < now() - make_interval(days => greatest($1::int, $3::int)) and s.state <> 'waiting'
  limit $2
)
returning id;

-- drop_old_messages --
-- The rows of the welcomes stay: they are what knows that it was said.
delete from outbox_message where id in (
  select o.id from outbox_message o
  where o.created_at < now() - make_interval(days => $1) and o.key not in ('welcome', 'organization_welcome')
    and (o.state in ('sent', 'failed') or not exists (
      select from inbox_event e where e.state = 'waiting' and e.received_at <= o.created_at
    ))
  limit $2
)
returning id;

-- lock_old_conversations --
-- What somebody is writing in at this moment is skipped.
select c.id from conversation c
where c.opened_at < now() - make_interval(days => $1)
  and not exists (select from turn t where t.conversation_id = c.id)
limit $2
for update skip locked;

-- drop_empty_conversations --
-- A statement of its own, after the lock: it sees a turn that came in between.
delete from conversation c
where c.id = any ($1::bigint[]) and not exists (select from turn t where t.conversation_id = c.id)
returning c.id;

-- drop_old_people --
delete from person where person_id in (
  select p.person_id from person p
  where p.checked_at < now() - make_interval(days => $1) limit $2
)
returning person_id;

-- find_audit_cutoff --
-- The time before which rows of the log may go, if there are any.
select c.at as cutoff from (select now() - make_interval(days => $1) as at) c
where exists (select from audit_event e where e.at < c.at);
