-- Reason: a search by meaning compares the question with every chunk that its asker may see. The signs
-- of an embedding's numbers are a twentieth of it and tell nearly as well what is near, so they are
-- gone through first, and beside them stands whose document it is. The best few are then compared whole.

-- `document_number`: the document's own number (document.id), which is shorter than its id.
create table {schema}.chunk_sign (
  chunk_id bigint primary key references {schema}.chunk_embedding (chunk_id) on delete cascade,
  document_number bigint not null,
  signs bit(384) not null
);

insert into {schema}.chunk_sign (chunk_id, document_number, signs)
select e.chunk_id, d.id, extensions.binary_quantize(e.embedding)::bit(384)
from {schema}.chunk_embedding e
join {schema}.chunk c on c.id = e.chunk_id
join {schema}.document d on d.document_id = c.document_id
order by e.chunk_id;

grant select, insert, update, delete on {schema}.chunk_sign to {schema};
