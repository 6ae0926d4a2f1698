-- find_conversation --
select id, agent from conversation where channel = $1 and thread_ts = $2;

-- is_ours --
-- From the first message that asked us something: a person's own, whose ts is in its turn's key, or
-- the post that says what was asked by a form. `/ask` begins the thread.
select exists (
  select from conversation c
  left join turn t on t.conversation_id = c.id
  left join outbox_message o on o.key = t.event_key
  where c.channel = $1 and c.thread_ts = $2 and $3 > coalesce(
    o.message_ts, substring(t.event_key from '^[A-Z0-9]+:([0-9.]+)$'), c.thread_ts
  ) collate "C"
);

-- open_conversation --
insert into conversation as c (channel, thread_ts, agent, opened_by) values ($1, $2, $3, $4)
on conflict (channel, thread_ts) do update set agent = c.agent
returning c.id, c.agent;

-- give_thread --
update conversation set agent = $2 where id = $1;

-- open_turn --
-- Whoever takes a turn up gets its next number, and has to hold it to write anything of it.
insert into turn as t
  (turn_id, conversation_id, event_key, person_id, agent, question, choice, about, taken)
values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, 1)
on conflict (event_key) do update set taken = t.taken + 1
returning turn_id, conversation_id, agent, question, state, answer, sources, choice, taken, about;

-- take_turn --
update turn set taken = taken + 1 where event_key = $1
returning turn_id, conversation_id, agent, question, state, answer, sources, choice, taken, about;

-- hold_turn --
-- The row is locked: whoever takes the turn next does it before all that this transaction writes, or
-- after all of it.
select true from turn
where turn_id = $1 and taken = $2 and state not in ('done', 'failed')
for no key update;

-- lock_turn --
select true from turn where turn_id = $1 for no key update;

-- find_last_question --
select question from turn where conversation_id = $1 and question <> '' order by id desc limit 1;

-- turn_state --
select state, taken from turn where turn_id = $1;

-- keep_answer --
update turn set answer = $2, sources = $3::jsonb, model = $4, drew_on = $5::jsonb, state = 'answered'
where turn_id = $1 and state in ('open', 'stopping')
returning true;

-- suspend_turn --
update turn set state = 'waiting' where turn_id = $1 and state in ('open', 'stopping');

-- reopen_turn --
update turn set state = 'open' where turn_id = $1 and state = 'waiting';

-- find_waiting_turn --
select t.event_key, t.question, t.agent from turn t where t.turn_id = $1;

-- list_posts --
-- What was posted, or may have been, under keys that begin so, and where.
select key, channel, thread_ts, message_ts from outbox_message
where starts_with(key, $1) and (message_ts is not null or state = 'sending') order by id;

-- has_asked_in --
-- Whether a person has asked us something in a channel: nothing else tells that they are in it.
select exists (
  select from conversation c join turn t on t.conversation_id = c.id
  where c.channel = $1 and t.person_id = $2
);

-- list_administrators --
-- Those whom we know, the latest seen first; then whoever installed the app, unless they are known to
-- be no administrator (with $4: no member).
select candidate.person_id from (
  select p.person_id, 0 as place, p.checked_at as seen
  from person p where p.standing in ('owner', 'admin')
  union all
  select o.installed_by, 1, o.updated_at
  from oauth_tokens o
  left join person p on p.person_id = o.installed_by and p.checked_at >= 'epoch'
  where o.tenant_id = $1 and o.user_id = $2 and o.provider = 'slack' and o.installed_by ~ '^[UW]'
    and (p.standing is null or p.standing in ('owner', 'admin') or ($4 and p.standing = 'member'))
) candidate
group by candidate.person_id
order by min(candidate.place), max(candidate.seen) desc, candidate.person_id
limit $3;

-- list_people --
select person_id, display_name, standing from person
where standing in ('owner', 'admin', 'member') and ($1 = '' or display_name ilike '%' || $1 || '%')
order by display_name, person_id limit $2;

-- close_turn --
update turn set state = $2, finished_at = now() where turn_id = $1;

-- abandon_turn --
update turn set state = 'failed', finished_at = now()
where event_key = $1 and state not in ('done', 'failed')
returning turn_id;

-- list_lost_turns --
-- Under way, and nothing waits by which a worker would take it up again: a failover that loses the last
-- second takes its event along. What came before the turn, or soon after it, may be its own event; and
-- a task that begins with $2 is a yes, with which a turn goes on whenever it was asked.
select t.turn_id from turn t
where t.state in ('open', 'stopping', 'answered') and t.asked_at < now() - make_interval(secs => $1)
  and not exists (
    select from inbox_event e
    where e.state = 'waiting'
      and case when e.kind = 'task' then starts_with(e.event_id, $2)
        else e.received_at < t.asked_at + interval '1 hour' end
  )
order by t.id limit $3;

-- find_lost_turn --
select t.event_key, t.person_id, c.channel, c.thread_ts, t.state = 'stopping' as is_stopping
from turn t join conversation c on c.id = t.conversation_id
where t.turn_id = $1 and t.state in ('open', 'stopping', 'answered');

-- request_stop --
update turn t set state = 'stopping'
from conversation c
where c.id = t.conversation_id and c.channel = $1 and c.thread_ts = $2
  and t.state = 'open' and (t.person_id = $3 or $4)
returning t.turn_id;

-- put_outbox --
insert into outbox_message (key, channel, thread_ts, person_id, body)
values ($1, $2, $3, $4, $5::jsonb)
on conflict (key) do nothing;

-- find_outbox --
select state, message_ts, attempts, coalesce(reason, '') as reason,
  extract(epoch from created_at)::float8 as since
from outbox_message where key = $1;

-- find_body --
select body from outbox_message where key = $1;

-- mark_sending --
update outbox_message set state = 'sending', attempts = attempts + 1 where key = $1;

-- mark_waiting --
-- Slack has surely not made it, so the next try need not look for it.
update outbox_message set state = 'waiting', attempts = attempts - 1
where key = $1 and state = 'sending';

-- mark_failed --
update outbox_message set state = 'failed', reason = $2 where key = $1 and state <> 'sent';

-- mark_parts_failed --
update outbox_message set state = 'failed', reason = $2
where starts_with(key, $1) and state <> 'sent';

-- mark_opened --
-- `streaming`: its stream may be open. One that was posted stays `sending`: its words are not all there.
update outbox_message set state = case when $3 then 'streaming' else 'sending' end, message_ts = $2
where key = $1 and state not in ('sent', 'failed');

-- mark_sent --
-- The first who says where it stands is right: what another has made besides is one too many.
update outbox_message set state = 'sent', sent_at = now(),
  message_ts = case when state = 'sent' then message_ts else coalesce($2, message_ts) end
where key = $1
returning message_ts;

-- mark_parts_sent --
update outbox_message set state = 'sent', sent_at = now() where starts_with(key, $1);

-- list_parts --
select key, message_ts, state = 'streaming' as streams from outbox_message
where starts_with(key, $1) order by id;

-- find_key_of_message --
select key from outbox_message where channel = $1 and message_ts = $2 limit 1;

-- count_waiting --
select count(*) from turn_step
where state = 'waiting' and person_id = $1 and (expires_at is null or expires_at > now());
