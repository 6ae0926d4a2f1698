-- Reason: how rare a word is was counted over all documents, so that whoever may not see one could tell from an
-- answer, or from none, whether a word stands in it.

-- `audience`: whose documents the word is counted in: `workspace`, `channel:` and its id, or `person:` and their id.
alter table {schema}.lexeme
  add column audience text not null default 'workspace',
  drop constraint lexeme_pkey,
  add primary key (lexeme, audience);

delete from {schema}.lexeme;

insert into {schema}.lexeme (lexeme, audience, chunk_count)
select w.lexeme,
  case d.scope when 'workspace' then 'workspace' when 'channel' then 'channel:' || d.channel_id
    else 'person:' || d.owner_id end,
  count(*)
from {schema}.document d
join {schema}.chunk c on c.document_id = d.document_id
cross join lateral unnest(c.lexemes) w
group by 1, 2;
