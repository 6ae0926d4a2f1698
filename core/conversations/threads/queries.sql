-- recall --
-- What has no place in the summary yet, newest last. Stopped and failed turns have a question too:
-- what was said stays said.
select question, answer, summary from (
  select t.id, t.question, coalesce(t.answer, '') as answer, c.summary
  from conversation c
  left join turn t on t.conversation_id = c.id and t.id > c.summarized_to and t.turn_id <> $2
  where c.id = $1
  order by t.id desc limit $3
) recent order by id;

-- recall_before --
-- The same as that turn had it, whatever was said since. A summary that goes further is not its past.
select question, answer, summary from (
  select t.id, t.question, coalesce(t.answer, '') as answer,
    case when c.summarized_to < first.id then c.summary else '' end as summary
  from turn first
  join conversation c on c.id = first.conversation_id
  left join turn t on t.conversation_id = c.id and t.id < first.id
    and (t.id > c.summarized_to or c.summarized_to >= first.id)
  where first.turn_id = $1
  order by t.id desc limit $2
) recent order by id;

-- list_uncovered --
-- Oldest first, without the newest, which are remembered word for word. $3 how many are.
select id, question, answer, summary from (
  select t.id, t.question, coalesce(t.answer, '') as answer, c.summary,
    row_number() over (order by t.id desc) as newness
  from conversation c join turn t on t.conversation_id = c.id and t.id > c.summarized_to
  where c.id = $1
) uncovered
where newness > $3 order by id limit $2;

-- keep_summary --
-- Only by who goes on from what is there: of two at once the second changes nothing, and what was
-- deleted meanwhile does not come back in short.
update conversation set summary = $2, summarized_to = $3
where id = $1 and summarized_to < $3 and summary = $4
  and (select count(*) from turn where id = any ($5::bigint[])) = cardinality($5::bigint[]);
