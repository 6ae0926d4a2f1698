-- list_alike --
-- For each of the words $1, the stems of the tenant that begin with the same letter and are about as long:
-- a stem is shorter than its word by an ending. Each costs one stretch of the primary key, which ends where
-- the next letter begins, whatever the collation; after z there is none.
select w.word, array_agg(distinct l.lexeme order by l.lexeme) as stems
from unnest($1::text[]) w (word)
join lexeme l on l.lexeme >= left(w.word, 1)
  and (l.lexeme < chr(ascii(w.word) + 1) or left(w.word, 1) = 'z')
where starts_with(l.lexeme, left(w.word, 1))
  and length(l.lexeme) between length(w.word) - 5 and length(w.word) + 2
group by w.word;

-- list_texts_with --
-- For each of the words $1 and the stems $2, some chunks that have it among those that may be read: $3
-- whether the workspace's may, $4 which channels', $5 whose own (empty: nobody's). What stands in none is
-- left out.
with wanted as materialized (
  select w.word, plainto_tsquery('pg_catalog.english', w.word) as query
  from unnest($1::text[]) w (word)
  union all
  select s.stem, to_tsquery('pg_catalog.simple', quote_literal(s.stem))
  from unnest($2::text[]) s (stem)
)
select wanted.word, string_agg(held.text, E'\n') as text
from wanted
cross join lateral (
  select d.title || E'\n' || c.heading || E'\n' || c.body as text
  from chunk c join document d on d.document_id = c.document_id
  where c.lexemes @@ wanted.query
    and ((d.scope = 'workspace' and $3::bool)
      or (d.scope = 'channel' and d.channel_id = any ($4::text[]))
      or (d.scope = 'person' and d.owner_id = $5 and $5 <> ''))
  limit 5  -- the word may stand there in several forms
) held
group by wanted.word;
