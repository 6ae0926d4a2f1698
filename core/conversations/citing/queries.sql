-- find_cited --
-- The sources of the answer that stands in this message: in its place, in a direct message, or shared.
select t.sources from outbox_message o join turn t on t.turn_id = split_part(o.key, ':', 2)
where o.channel = $1 and o.message_ts = $2
  and (starts_with(o.key, 'answer:') or starts_with(o.key, 'direct:') or starts_with(o.key, 'share:'))
limit 1;
