-- find_answer --
-- The version is the newest that was there when the question came.
select t.turn_id, t.agent, t.choice, t.model, t.asked_at, t.sources, t.person_id, c.channel,
  extract(epoch from t.finished_at - t.asked_at)::float8 as seconds,
  coalesce((
    select max(p.version) from profile_version p
    where p.kind = 'agent' and p.key = t.agent and p.changed_at <= t.asked_at
  ), 0) as version
from turn t join conversation c on c.id = t.conversation_id
where t.turn_id = $1;

-- find_turn_of --
-- The messages of an answer are rows under its name: in its place, or in a direct message.
select split_part(key, ':', 2) from outbox_message
where channel = $1 and message_ts = $2 and (starts_with(key, 'answer:') or starts_with(key, 'direct:'))
limit 1;

-- list_taken --
-- The audit log has a call under its id; the times keep the look into it short (its index is by time).
select s.kind, s.name, s.state, s.input_tokens, s.output_tokens, s.cost_micros, s.detail,
  extract(epoch from s.ended_at - s.begun_at)::float8 as seconds,
  (
    select a.seq from audit_event a
    where s.kind = 'tool' and a.reference = s.step_id
      and a.action in ('gateway:tool:call', 'gateway:tool:decline', 'gateway:tool:ask')
      and a.at >= s.begun_at - interval '1 minute'
      and a.at <= coalesce(s.ended_at, s.expires_at, s.begun_at) + interval '1 minute'
    order by a.at desc, a.seq desc limit 1
  ) as audit
from turn_step s where s.turn_id = $1 order by s.id;

-- rate_answer --
-- Only what is new is a change: the same button twice is one rating.
update turn set feedback = $2, feedback_at = now()
where turn_id = $1 and feedback is distinct from $2
returning turn_id;

-- count_ratings --
select agent, count(*) filter (where feedback = 'good') as good,
  count(*) filter (where feedback = 'bad') as bad
from turn where feedback is not null and feedback_at > now() - make_interval(days => $1)
group by agent order by agent;

-- list_bad --
-- Not those of direct messages. Which channels are public, their ids do not tell.
select t.agent, t.question, c.channel, t.feedback_at as at
from turn t join conversation c on c.id = t.conversation_id
where t.feedback = 'bad' and t.feedback_at > now() - make_interval(days => $1)
  and not starts_with(c.channel, 'D')
order by t.feedback_at desc limit $2;
