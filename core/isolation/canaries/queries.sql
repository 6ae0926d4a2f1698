-- list_columns --
select c.relname as table_name, a.attname as column_name, t.typname as type_name,
       a.atttypmod as modifier, a.attnum as position
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type t on t.oid = a.atttypid
where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attgenerated = ''
order by c.relname, a.attnum;

-- list_constraints --
-- Checks and references, each with its columns; of a reference also where it points.
select c.relname as table_name, k.conname as name, k.contype::text as kind,
       array(select a.attname::text from unnest(k.conkey) with ordinality u (attnum, place)
             join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum
             order by u.place) as columns,
       f.relname as target,
       array(select a.attname::text from unnest(k.confkey) with ordinality u (attnum, place)
             join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum
             order by u.place) as target_columns,
       pg_get_constraintdef(k.oid) as definition
from pg_catalog.pg_constraint k
join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_class f on f.oid = k.confrelid
where n.nspname = $1 and k.contype in ('c', 'f')
order by c.relname, k.conname;

-- insert_row --
select format(
  'insert into %1$I.%2$I as _row (%3$s) overriding system value select %3$s
   from jsonb_populate_record(null::%1$I.%2$I, $1::text::jsonb) returning to_jsonb(_row)::text',
  $1::text, $2::text, (select string_agg(quote_ident(c.name), ', ') from unnest($3::text[]) c (name)));
