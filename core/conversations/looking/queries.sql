-- find_adder --
-- Who put a document there, if it is one for everybody: a person's own has no other reader.
select p.person_id, p.display_name, d.title
from document d join person p on p.person_id = d.added_by
where d.document_id = $1 and d.scope = 'workspace' and p.display_name <> ''
  and p.standing in ('owner', 'admin', 'member');

-- list_keepers --
-- Owners and admins whom we know by name, but not that person.
select display_name from person
where standing in ('owner', 'admin') and display_name <> '' and person_id <> $1
order by checked_at desc, person_id limit $2;
