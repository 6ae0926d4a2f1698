-- find_kept --
select turn_id, agent, question, person_id, state, coalesce(answer, '') as answer, sources, model,
  about, drew_on
from turn where turn_id = $1;

-- count_open --
-- Of these documents, how many are somebody's own, and how many are there for everybody.
select count(*) filter (where scope = 'person') as own,
  count(*) filter (where scope = 'workspace') as open
from document where document_id = any ($1::text[]);

-- list_pieces --
select key, state, message_ts, coalesce(reason, '') as reason from outbox_message
where starts_with(key, $1) order by id;
