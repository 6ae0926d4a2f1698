-- list_known --
-- Those of the words $1 of which a stem stands in a document of the audiences $2.
select w.word from unnest($1::text[]) w (word)
where exists (
  select from unnest(to_tsvector('pg_catalog.english', w.word)) s
  join lexeme l on l.lexeme = s.lexeme and l.audience = any ($2::text[]));

-- list_alike --
-- For each of the words $1, the stems in documents of the audiences $2 that begin with the same letter and
-- are about as long: a stem is shorter than its word by an ending. Each costs one stretch of the primary key,
-- which ends where the next letter begins, whatever the collation; after z there is none.
select w.word, array_agg(distinct l.lexeme order by l.lexeme) as stems
from unnest($1::text[]) w (word)
join lexeme l on l.lexeme >= left(w.word, 1)
  and (l.lexeme < chr(ascii(w.word) + 1) or left(w.word, 1) = 'z')
where l.audience = any ($2::text[])
  and starts_with(l.lexeme, left(w.word, 1))
  and length(l.lexeme) between length(w.word) - 5 and length(w.word) + 2
group by w.word;

-- list_texts_with --
-- For each of the stems $1, some chunks that have it among those that may be read: $2 whether the
-- workspace's may, $3 which channels', $4 whose own (empty: nobody's).
select wanted.stem, string_agg(held.text, E'\n') as text
from (
  select s.stem, to_tsquery('pg_catalog.simple', quote_literal(s.stem)) as query
  from unnest($1::text[]) s (stem)
) wanted
cross join lateral (
  select d.title || E'\n' || c.heading || E'\n' || c.body as text
  from chunk c join document d on d.document_id = c.document_id
  where c.lexemes @@ wanted.query
    and ((d.scope = 'workspace' and $2::bool)
      or (d.scope = 'channel' and d.channel_id = any ($3::text[]))
      or (d.scope = 'person' and d.owner_id = $4 and $4 <> ''))
  limit 5  -- the word may stand there in several forms
) held
group by wanted.stem;
