-- lock_knowledge --
-- One writer a tenant at a time: word counts stay exact, a title has one version, nothing deadlocks.
-- The lock belongs to the transaction, so it also works through a pooler.
select pg_advisory_xact_lock(hashtextextended(current_setting('role') || ' knowledge', 0));

-- find_same_content --
select document_id, title, media, pages, chunk_count, scope, owner_id, channel_id, added_by,
       embedding_model
from document
where content_sha256 = $1 and scope = $2 and owner_id = $3 and channel_id = $4 and state = 'ready';

-- find_same_title --
select document_id, title, media, pages, chunk_count, scope, owner_id, channel_id, added_by
from document
where title = $1 and scope = $2 and owner_id = $3 and channel_id = $4 and state = 'ready';

-- find_document --
-- Also one that is on its way: it can be shared and forgotten before it is read.
select document_id, title, coalesce(media, 'txt') as media, pages, chunk_count, scope, owner_id,
       channel_id, added_by, coalesce(content_sha256, '') as content_sha256
from document where document_id = $1;

-- list_documents --
-- Newest first. Whose may be seen: $1 a person's own (empty: nobody's), $2 the workspace's, $3 channels'.
select document_id, title, media, pages, chunk_count, scope, owner_id, channel_id, added_by
from document
where state = 'ready' and (
  (scope = 'workspace' and $2::bool)
  or (scope = 'channel' and channel_id = any ($3::text[]))
  or (scope = 'person' and owner_id = $1 and $1 <> ''))
order by added_at desc, id desc;

-- list_holdings --
-- Newest first, as an operator sees them: the workspace's or, with $1, all; no title but the workspace's.
select document_id, case when scope = 'workspace' then title else '' end as title, scope,
       owner_id || channel_id as whose, chunk_count, text_bytes, added_at
from document
where state = 'ready' and (scope = 'workspace' or $1::bool)
order by added_at desc, id desc;

-- shows_more --
-- Whether $1 to $3 (a person, the workspace's or not, channels) show a document that $4 to $6 do not.
select exists (
  select from document
  where state = 'ready' and (
    (scope = 'workspace' and $2::bool)
    or (scope = 'channel' and channel_id = any ($3::text[]))
    or (scope = 'person' and owner_id = $1 and $1 <> ''))
  and not (
    (scope = 'workspace' and $5::bool)
    or (scope = 'channel' and channel_id = any ($6::text[]))
    or (scope = 'person' and owner_id = $4 and $4 <> '')));

-- list_channels --
-- Those that documents belong to; first those that were given one last.
select channel_id from document where scope = 'channel'
group by channel_id order by max(added_at) desc, channel_id;

-- list_scopes --
-- Whose these documents are, of those that are there.
select document_id, scope, owner_id, channel_id from document where document_id = any ($1::text[]);

-- list_chunks --
select heading, page, body from chunk where document_id = $1 order by position limit $2;

-- list_passage --
select heading, page, body from chunk
where document_id = $1 and position between $2 and $3 order by position;

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
with placed as (
  insert into chunk_embedding (chunk_id, embedding)
  select c.id, v.embedding::extensions.halfvec
  from unnest($2::int[], $3::text[]) v (position, embedding)
  join chunk c on c.document_id = $1 and c.position = v.position
  returning chunk_id, embedding
)
insert into chunk_sign (chunk_id, document_number, signs)
select placed.chunk_id, d.id, extensions.binary_quantize(placed.embedding)::bit(384)
from placed join document d on d.document_id = $1;

-- list_models --
select distinct embedding_model from document;

-- list_outdated --
select document_id from document where embedding_model <> $1 and chunk_count > 0 order by id limit $2;

-- find_model --
select embedding_model from document where document_id = $1;

-- list_all_chunks --
select position, heading, page, body from chunk where document_id = $1 order by position;

-- drop_embeddings --
delete from chunk_embedding e using chunk c where c.id = e.chunk_id and c.document_id = $1;

-- note_model --
update document set embedding_model = $2 where document_id = $1;

-- count_lexemes_in --
-- $2: the audience of the document. In the order of the key, as every change of this table is.
insert into lexeme (lexeme, audience, chunk_count)
select w.lexeme, $2::text, count(*)
from chunk c cross join lateral unnest(c.lexemes) w
where c.document_id = $1
group by w.lexeme order by w.lexeme
on conflict (lexeme, audience) do update set chunk_count = lexeme.chunk_count + excluded.chunk_count;

-- count_lexemes_out --
with gone as (
  select w.lexeme, count(*)::int as n
  from chunk c cross join lateral unnest(c.lexemes) w
  where c.document_id = $1
  group by w.lexeme
), held as (
  select l.lexeme, l.audience, gone.n from lexeme l join gone using (lexeme)
  where l.audience = $2
  order by l.lexeme for update of l
)
update lexeme set chunk_count = lexeme.chunk_count - held.n
from held where lexeme.lexeme = held.lexeme and lexeme.audience = held.audience;

-- drop_unused_lexemes --
delete from lexeme where chunk_count <= 0;

-- drop_document --
delete from document where document_id = $1;

-- share_document --
update document set scope = $2, owner_id = '', channel_id = $3 where document_id = $1;

-- search_chunks --
-- $1 words, $2 how rare each is in the language, $3 whether it stands in the question itself;
-- $4 the person whose own may be read (empty: nobody's), $19 whether the workspace's may, $20 which
-- channels'; $5 models, and $6 what is searched for as an embedding of each;
-- $7 how many candidates each way of searching may bring, $8 how many come back;
-- $9, $10, $11: words of the question, embeddings of texts made with or without them, and of which
-- model each is; the first of a model is the empty word and the whole question.
-- $12, $13, $14: how much meaning, words said earlier, and likeness to the best count (`Blend`);
-- $15 to $18: a document, the beginning of a title, days of adding; null where all will do;
-- $21 the audiences whose documents may be read, of which words are counted: from how rare a word is nobody learns that
-- it stands in somebody else's document.
--
-- Words by BM25 (k1 1.5, b 0.75; Robertson & Zaragoza 2009). Counting the words of a chunk is what
-- costs, so a first pass takes each word as standing there once. Common words rank but do not fetch.
-- Meaning by signs first and by the whole embedding then. Every candidate gets both scores, each
-- divided by the best of its kind (Bruch, Gai & Ingber 2023: better than ranks), and is raised by its
-- likeness to the best two, which are taken for right (Rocchio 1971).
--
-- How many rows `seen` has the planner cannot know, and after a large upload not even how many chunks
-- there are. `(x in (select ..)) is true` is no join to it, so that it is looked up in a hash table
-- whatever was guessed; as a join it went through all chunks once for each document.
with visible as materialized (
  -- The one place that says whose documents this search may look at.
  select d.id, d.document_id, d.embedding_model, d.title, d.added_at, d.chunk_count, d.token_count
  from document d
  where (d.scope = 'workspace' and $19::bool)
    or (d.scope = 'channel' and d.channel_id = any ($20::text[]))
    or (d.scope = 'person' and d.owner_id = $4 and $4 <> '')
), seen as materialized (
  -- And at which of them: what is not here takes no candidate's place.
  select v.id, v.document_id, v.embedding_model as model from visible v
  where ($15::text is null or v.document_id = $15)
    and ($16::text is null or starts_with(lower(v.title), lower($16)))
    and ($17::timestamptz is null or v.added_at >= $17)
    and ($18::timestamptz is null or v.added_at < $18)
), term as materialized (
  select t.lexeme, max(w.rarity) as rarity, bool_or(w.asked) as asked,
         coalesce(max(l.n), 0)::float8 as n
  from unnest($1::text[], $2::float8[], $3::bool[]) w (word, rarity, asked)
  cross join lateral unnest(to_tsvector('pg_catalog.english', w.word)) t
  left join lateral (
    select sum(l.chunk_count) as n from lexeme l
    where l.lexeme = t.lexeme and l.audience = any ($21::text[])
  ) l on true
  group by t.lexeme
), corpus as materialized (
  select greatest(sum(v.chunk_count), 1)::float8 as n,
         greatest(sum(v.token_count)::float8 / greatest(sum(v.chunk_count), 1), 1) as mean_length
  from visible v
), weighed as materialized (
  select term.lexeme, to_tsquery('pg_catalog.simple', quote_literal(term.lexeme)) as query,
         (case when term.asked then 1 else $13::float8 end)
           * ln(1 + (corpus.n - term.n + 0.5) / (term.n + 0.5)) as weight,
         row_number() over (order by term.n, term.lexeme) as place,
         sum(term.n) over (order by term.n, term.lexeme) as so_far
  from term, corpus where term.n > 0
), once as (
  select m.id,
         sum(f.weight * 2.5
             / (1 + 1.5 * (0.25 + 0.75 * m.token_count / corpus.mean_length))) as score
  from weighed f
  cross join lateral (
    select c.id, c.token_count
    from chunk c
    where c.lexemes @@ f.query and (c.document_id in (select seen.document_id from seen)) is true
    limit 5000  -- a word that so many have tells hardly one of them from another
  ) m
  cross join corpus
  where f.place <= 2 or f.so_far <= 1000
  group by m.id order by score desc, m.id limit $7
), sought as materialized (
  select s.model, s.vector::extensions.halfvec as embedding,
         extensions.binary_quantize(s.vector::extensions.halfvec) as signs
  from unnest($5::text[], $6::text[]) s (model, vector)
), nearest as (
  select whole.chunk_id as id
  from sought
  cross join lateral (
    select e.chunk_id
    from (
      select g.chunk_id
      from chunk_sign g
      where ((g.document_number, sought.model) in (select seen.id, seen.model from seen)) is true
      order by g.signs operator(extensions.<~>) sought.signs, g.chunk_id limit 10 * $7
    ) near
    join chunk_embedding e on e.chunk_id = near.chunk_id
    order by e.embedding operator(extensions.<=>) sought.embedding, e.chunk_id limit $7
  ) whole
), scored as materialized (
  select c.id, d.embedding_model as model, e.embedding, coalesce(words.score, 0) as words,
         1 - (e.embedding operator(extensions.<=>) sought.embedding) as meaning
  from (select id from once union select id from nearest) candidate
  join chunk c on c.id = candidate.id
  join document d on d.document_id = c.document_id
  cross join corpus
  left join sought on sought.model = d.embedding_model
  left join chunk_embedding e on e.chunk_id = c.id and sought.model is not null
  left join lateral (
    select sum(f.weight * w.times * 2.5
               / (w.times + 1.5 * (0.25 + 0.75 * c.token_count / corpus.mean_length))) as score
    from (
      select u.lexeme, coalesce(cardinality(u.positions), 1)::float8 as times
      from unnest(c.lexemes) u
    ) w
    join weighed f on f.lexeme = w.lexeme
  ) words on true
), blended as materialized (
  select id, model, embedding,
         (1 - $12::float8) * words + $12 * coalesce(meaning, words) as score
  from (
    select id, model, embedding,
           coalesce(words / nullif(max(words) over (), 0), 0) as words,
           meaning / nullif(greatest(max(meaning) over (partition by model), 0), 0) as meaning
    from scored
  ) divided
), typical as materialized (
  select model, extensions.avg(embedding) as embedding
  from (
    select model, embedding,
           row_number() over (partition by model order by score desc, id) as place
    from blended where embedding is not null
  ) best
  where place <= 2 group by model
), liked as (
  select b.id, b.score, 1 - (b.embedding operator(extensions.<=>) t.embedding) as likeness
  from blended b left join typical t on t.model = b.model
), fused as (
  select id, (1 - $14::float8) * score + $14 * coalesce(likeness, score) as score
  from liked order by 2 desc, id limit $8
), variant as materialized (
  select v.place, v.model, plainto_tsquery('pg_catalog.english', v.word) as query, v.word = '' as is_whole,
         v.embedding::extensions.halfvec as embedding,
         not exists (
           select from unnest(to_tsvector('pg_catalog.english', v.word)) s
           join lexeme l on l.lexeme = s.lexeme and l.audience = any ($21::text[])) as unheard_of
  from unnest($9::text[], $10::text[], $11::text[])
    with ordinality v (word, embedding, model, place)
)
select c.id, c.document_id, d.title, d.scope, d.owner_id, d.channel_id, c.position,
       c.heading, c.page, c.body, d.embedding_model as model, fused.score,
       corpus.n as corpus_chunks,
       array(select t.lexeme from term t
             where t.lexeme = any (tsvector_to_array(c.lexemes))) as matched,
       array(select case when v.is_whole or not c.lexemes @@ v.query
                         then 1 - (e.embedding operator(extensions.<=>) v.embedding) end
             from variant v where v.model = d.embedding_model order by v.place) as closeness,
       array(select v.unheard_of
             from variant v where v.model = d.embedding_model order by v.place) as unheard_of,
       array(select t.lexeme from term t order by t.lexeme) as term_lexemes,
       array(select t.n from term t order by t.lexeme) as term_chunks,
       array(select t.rarity from term t order by t.lexeme) as term_rarities,
       array(select t.asked from term t order by t.lexeme) as term_asked
from fused
join chunk c on c.id = fused.id
join document d on d.document_id = c.document_id
cross join corpus
left join chunk_embedding e on e.chunk_id = c.id
order by fused.score desc, c.id;
