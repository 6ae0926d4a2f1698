-- find_conversation --
select id, agent from conversation where channel = $1 and thread_ts = $2;

-- open_conversation --
insert into conversation as c (channel, thread_ts, agent, opened_by) values ($1, $2, $3, $4)
on conflict (channel, thread_ts) do update set agent = c.agent
returning c.id, c.agent;

-- open_turn --
insert into turn (turn_id, conversation_id, event_key, person_id, agent, question)
values ($1, $2, $3, $4, $5, $6)
on conflict (event_key) do nothing;

-- find_turn --
select turn_id, conversation_id, agent, question, state, answer, sources
from turn where event_key = $1;

-- list_earlier --
-- Stopped and failed turns have a question too: what was said stays said.
select question, coalesce(answer, '') as answer from (
  select id, question, answer from turn
  where conversation_id = $1 and turn_id <> $2 order by id desc limit $3
) recent order by id;

-- turn_state --
select state from turn where turn_id = $1;

-- keep_answer --
-- Not when somebody else has answered meanwhile: a worker that was stopped for longer than its lease
-- wakes up and knows nothing of that.
update turn set answer = $2, sources = $3::jsonb, model = $4, state = 'answered'
where turn_id = $1 and state in ('open', 'stopping')
returning true;

-- close_turn --
update turn set state = $2, finished_at = now() where turn_id = $1;

-- abandon_turn --
update turn set state = 'failed', finished_at = now()
where event_key = $1 and state not in ('done', 'failed')
returning turn_id;

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
select state, message_ts, attempts, coalesce(reason, '') as reason from outbox_message where key = $1;

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

-- mark_streaming --
update outbox_message set state = 'streaming', message_ts = $2
where key = $1 and state not in ('sent', 'failed');

-- mark_sent --
update outbox_message set state = 'sent', message_ts = coalesce($2, message_ts), sent_at = now()
where key = $1;

-- mark_parts_sent --
update outbox_message set state = 'sent', sent_at = now() where starts_with(key, $1);

-- list_parts --
select key, message_ts from outbox_message where starts_with(key, $1) order by id;

-- is_known_message --
select exists (select 1 from outbox_message where channel = $1 and message_ts = $2);
