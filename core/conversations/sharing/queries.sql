-- find_kept --
select turn_id, agent, question, person_id, state, coalesce(answer, '') as answer, sources, model,
  about, drew_on
from turn where turn_id = $1;

-- list_pieces --
select key, state, message_ts, coalesce(reason, '') as reason from outbox_message
where starts_with(key, $1) order by id;
