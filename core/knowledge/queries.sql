-- lock_knowledge --
-- One writer a tenant at a time: word counts stay exact, a title has one version, nothing deadlocks.
-- The lock belongs to the transaction, so it also works through a pooler.
select pg_advisory_xact_lock(hashtextextended(current_setting('role') || ' knowledge', 0));

-- find_same_content --
select document_id, title, media, pages, chunk_count, scope, owner_id, channel_id, added_by,
  embedding_model
from document where content_sha256 = $1 and scope = $2 and owner_id = $3 and channel_id = $4;

-- find_same_title --
select document_id, title, media, pages, chunk_count, scope, owner_id, channel_id, added_by
from document where title = $1 and scope = $2 and owner_id = $3 and channel_id = $4;

-- find_document --
select document_id, title, media, pages, chunk_count, scope, owner_id, channel_id, added_by,
  content_sha256
from document where document_id = $1;

-- list_documents --
-- Newest first. Whose may be seen: $1 a person's own (empty: nobody's), $2 the workspace's, $3 channels'.
select document_id, title, media, pages, chunk_count, scope, owner_id, channel_id, added_by
from document
where (scope = 'workspace' and $2::bool)
  or (scope = 'channel' and channel_id = any ($3::text[]))
  or (scope = 'person' and owner_id = $1 and $1 <> '')
order by added_at desc, id desc;

-- list_channels --
-- Those that documents belong to.
select distinct channel_id from document where scope = 'channel';

-- list_scopes --
-- Whose these documents are, of those that are there.
select document_id, scope, owner_id, channel_id from document where document_id = any ($1::text[]);

-- list_chunks --
select heading, page, body from chunk where document_id = $1 order by position limit $2;

-- list_passage --
select heading, page, body from chunk
where document_id = $1 and position between $2 and $3 order by position;

-- put_document --
insert into document (document_id, title, media, scope, owner_id, content_sha256, embedding_model, pages, added_by,
  channel_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- put_chunks --
-- What is indexed is the title, the headings and the text; what is quoted is the text alone.
-- A printer's apostrophe is a letter to the parser; a typist's ends the word, as in the question.
with piece as materialized (
  select p.position, p.heading, p.page, p.body,
         to_tsvector('pg_catalog.english',
           replace($2 || E'\n' || p.heading || E'\n' || p.body, '’', '''')) as lexemes
  from unnest($3::int[], $4::text[], $5::int[], $6::text[]) p (position, heading, page, body)
), placed as (
  insert into chunk (document_id, position, heading, page, body, token_count, lexemes)
  select $1, piece.position, piece.heading, piece.page, piece.body,
         (select coalesce(sum(coalesce(cardinality(w.positions), 1)), 0)::int
          from unnest(piece.lexemes) w),
         piece.lexemes
  from piece order by piece.position
  returning token_count
)
update document
set chunk_count = (select count(*) from placed), token_count = (select sum(token_count) from placed)
where document_id = $1;

-- put_embeddings --
insert into chunk_embedding (chunk_id, embedding)
select c.id, v.embedding::extensions.halfvec
from unnest($2::int[], $3::text[]) v (position, embedding)
join chunk c on c.document_id = $1 and c.position = v.position;

-- count_lexemes_in --
-- In the order of the key, as every change of this table is.
insert into lexeme (lexeme, chunk_count)
select w.lexeme, count(*) from chunk c, unnest(c.lexemes) w
where c.document_id = $1
group by w.lexeme order by w.lexeme
on conflict (lexeme) do update set chunk_count = lexeme.chunk_count + excluded.chunk_count;

-- count_lexemes_out --
with gone as (
  select w.lexeme, count(*)::int as n from chunk c, unnest(c.lexemes) w
  where c.document_id = $1 group by w.lexeme
), held as (
  select l.lexeme, gone.n from lexeme l join gone using (lexeme) order by l.lexeme for update of l
)
update lexeme set chunk_count = lexeme.chunk_count - held.n
from held where lexeme.lexeme = held.lexeme;

-- drop_unused_lexemes --
delete from lexeme where chunk_count <= 0;

-- drop_document --
delete from document where document_id = $1;

-- share_document --
update document set scope = $2, owner_id = '', channel_id = $3 where document_id = $1;

-- search_chunks --
-- $1 words, $2 how rare each is in the language, $3 whether it stands in the question itself;
-- $5 what is searched for as an embedding, or null, and $6 its model;
-- $7 how many candidates each way of searching may bring, $8 how many come back;
-- $9, $10: words of the question, and embeddings of texts made with or without them; the first is
-- the empty word and the whole question;
-- whose documents may be read: $4 the person's own (empty: nobody's), $11 the workspace's, $12 channels'.
--
-- BM25 (k1 1.2, b 0.75; Robertson & Zaragoza 2009), joined by reciprocal rank (k 60; Cormack, Clarke
-- & Büttcher 2009) with an exact search of meaning. Counting the words of a chunk is what costs, so
-- a first pass takes each word as standing there once. Common words rank but do not fetch.
with hidden as materialized (
  -- What may not be read takes no candidate's place; the last step is the wall.
  select d.document_id from document d
  where not ((d.scope = 'workspace' and $11::bool)
    or (d.scope = 'channel' and d.channel_id = any ($12::text[]))
    or (d.scope = 'person' and d.owner_id = $4 and $4 <> ''))
), term as materialized (
  select t.lexeme, max(w.rarity) as rarity, bool_or(w.asked) as asked,
         coalesce(max(l.chunk_count), 0)::float8 as n
  from unnest($1::text[], $2::float8[], $3::bool[]) w (word, rarity, asked)
  cross join lateral unnest(to_tsvector('pg_catalog.english', w.word)) t
  left join lexeme l on l.lexeme = t.lexeme
  group by t.lexeme
), corpus as materialized (
  select greatest(sum(chunk_count), 1)::float8 as n,
         greatest(sum(token_count)::float8 / greatest(sum(chunk_count), 1), 1) as mean_length
  from document
), weighed as materialized (
  select term.lexeme, to_tsquery('pg_catalog.simple', quote_literal(term.lexeme)) as query,
         ln(1 + (corpus.n - term.n + 0.5) / (term.n + 0.5)) as weight,
         row_number() over (order by term.n, term.lexeme) as place,
         sum(term.n) over (order by term.n, term.lexeme) as so_far
  from term, corpus where term.n > 0
), once as (
  select m.id,
         sum(f.weight * 2.2
             / (1 + 1.2 * (0.25 + 0.75 * m.token_count / corpus.mean_length))) as score
  from weighed f
  cross join lateral (
    select c.id, c.token_count from chunk c
    where c.lexemes @@ f.query
      and c.document_id not in (select h.document_id from hidden h)
  ) m
  cross join corpus
  where f.place <= 2 or f.so_far <= 1000
  group by m.id order by score desc, m.id limit 2 * $7
), by_words as (
  select id, row_number() over (order by score desc, id) as place from (
    select c.id,
           sum(f.weight * w.times * 2.2
               / (w.times
                  + 1.2 * (0.25 + 0.75 * c.token_count / corpus.mean_length))) as score
    from once
    join chunk c on c.id = once.id
    cross join corpus
    cross join lateral (
      select u.lexeme, coalesce(cardinality(u.positions), 1)::float8 as times
      from unnest(c.lexemes) u
    ) w
    join weighed f on f.lexeme = w.lexeme
    group by c.id order by score desc, c.id limit $7
  ) best
), by_meaning as (
  select id, row_number() over (order by distance, id) as place from (
    select e.chunk_id as id,
           e.embedding operator(extensions.<=>) $5::text::extensions.halfvec as distance
    from chunk_embedding e
    where $5 is not null
      and e.chunk_id not in (
        select c.id from hidden h join chunk c on c.document_id = h.document_id)
      and e.chunk_id <> all (array(
        select h.id from document d join chunk h on h.document_id = d.document_id
        where d.embedding_model <> $6))
    order by distance, e.chunk_id limit $7
  ) nearest
), fused as (
  select id, sum(1.0::float8 / (60 + place)) as score
  from (select id, place from by_words union all select id, place from by_meaning) both_ranks
  group by id order by score desc, id limit $8
), variant as materialized (
  select v.place, plainto_tsquery('pg_catalog.english', v.word) as query,
         v.embedding::extensions.halfvec as embedding,
         not exists (
           select from unnest(to_tsvector('pg_catalog.english', v.word)) s
           join lexeme l on l.lexeme = s.lexeme) as unheard_of
  from unnest($9::text[], $10::text[]) with ordinality v (word, embedding, place)
)
select c.id, c.document_id, d.title, d.scope, d.owner_id, d.channel_id, c.position, c.heading, c.page, c.body,
       fused.score,
       corpus.n as corpus_chunks,
       array(select t.lexeme from term t
             where t.lexeme = any (tsvector_to_array(c.lexemes))) as matched,
       array(select case when v.place = 1 or not c.lexemes @@ v.query
                         then 1 - (e.embedding operator(extensions.<=>) v.embedding) end
             from variant v order by v.place) as closeness,
       array(select v.unheard_of from variant v order by v.place) as unheard_of,
       array(select t.lexeme from term t order by t.lexeme) as term_lexemes,
       array(select t.n from term t order by t.lexeme) as term_chunks,
       array(select t.rarity from term t order by t.lexeme) as term_rarities,
       array(select t.asked from term t order by t.lexeme) as term_asked
from fused
join chunk c on c.id = fused.id
join document d on d.document_id = c.document_id
  and ((d.scope = 'workspace' and $11::bool)
    or (d.scope = 'channel' and d.channel_id = any ($12::text[]))
    or (d.scope = 'person' and d.owner_id = $4 and $4 <> ''))
cross join corpus
left join chunk_embedding e on e.chunk_id = c.id and d.embedding_model = $6
order by fused.score desc, c.id;
