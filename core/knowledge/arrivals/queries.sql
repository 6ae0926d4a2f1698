-- put_arrival --
insert into document (document_id, title, scope, owner_id, channel_id, added_by, state)
values ($1, $2, $3, $4, $5, $6, 'queued')
on conflict (document_id) do nothing;

-- find_arrival --
select document_id, title, scope, owner_id, channel_id, added_by, state, id as place
from document where document_id = $1;

-- count_held --
-- What is on its way is counted like what is there, so that many at once find no room that one of
-- them has taken. What this one is going to replace, and its own earlier try, make room.
with own as (
  select title, scope, owner_id, channel_id from document where document_id = $1
)
select count(*)::int as documents, coalesce(sum(d.chunk_count + d.reserved_chunks), 0)::bigint as chunks,
       coalesce(sum(d.text_bytes), 0)::bigint as text_bytes
from document d, own
where d.document_id <> $1 and d.state <> 'queued'
  and not (d.state = 'ready' and d.title = own.title and d.scope = own.scope
    and d.owner_id = own.owner_id and d.channel_id = own.channel_id);

-- note_reserved --
update document set state = $2, reserved_chunks = $3, text_bytes = $4
where document_id = $1 and state <> 'ready';

-- settle_arrival --
-- Its text follows in the same transaction. Its time is that of what people see from now on.
update document
set state = 'ready', media = $2, content_sha256 = $3, embedding_model = $4, pages = $5, text_bytes = $6,
    reserved_chunks = 0, added_at = now()
where document_id = $1 and state <> 'ready';

-- drop_arrival --
delete from document where document_id = $1 and state <> 'ready';

-- find_later --
select d.document_id from document d
join document own on own.title = d.title and own.scope = d.scope
  and own.owner_id = d.owner_id and own.channel_id = d.channel_id
where own.document_id = $1 and d.id > own.id and d.state = 'ready'
order by d.id desc limit 1;

-- drop_lost --
-- Those nobody works on: their task is over, or whoever ran the command was killed. Nothing that is
-- read takes an hour; one that waits for its turn for longer has its task.
delete from document d
where d.state <> 'ready' and d.added_at < now() - interval '1 hour'
  and not exists (
    select from inbox_event e
    where e.event_id = $1 || d.document_id and e.state = 'waiting');

-- are_on_their_way --
select exists (select from document where document_id = any ($1::text[]) and state <> 'ready');
