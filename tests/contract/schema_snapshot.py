"""A schema as text, read from PostgreSQL's catalog: what the migrations really add up to."""

import asyncpg

RELATIONS = """
select c.relname as name, c.relkind::text as kind, c.relowner::regrole::text as owner,
       coalesce(array_to_string(c.reloptions, ', '), '') as options,
       coalesce((select string_agg(grants.line, '; ' order by grants.line) from (
         select case when a.grantee = 0 then 'public' else a.grantee::regrole::text end || ': '
                || string_agg(lower(a.privilege_type), ', ' order by a.privilege_type) as line
         from aclexplode(c.relacl) a where a.grantee <> c.relowner group by a.grantee
       ) grants), 'nobody') as granted
from pg_class c
where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
order by c.relname
"""
COLUMNS = """
select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
       a.attidentity::text as identity, a.attstorage = 'p' and t.typlen = -1 as plain,
       pg_get_expr(d.adbin, d.adrelid) as preset
from pg_attribute a
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = format('%I.%I', $1::text, $2::text)::regclass
  and a.attnum > 0 and not a.attisdropped
order by a.attname
"""
CONSTRAINTS = """
select pg_get_constraintdef(oid) as definition from pg_constraint
where conrelid = format('%I.%I', $1::text, $2::text)::regclass and contype <> 'n'
order by 1
"""
INDEXES = """
select pg_get_indexdef(i.indexrelid) as definition from pg_index i
where i.indrelid = format('%I.%I', $1::text, $2::text)::regclass
  and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
order by 1
"""
FUNCTIONS = """
select p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as signature,
       p.proowner::regrole::text as owner, p.prosecdef as as_owner,
       coalesce(array_to_string(p.proconfig, ', '), '') as settings,
       coalesce((select string_agg(case when a.grantee = 0 then 'public'
                                        else a.grantee::regrole::text end, ', ' order by a.grantee)
                 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                 where a.grantee <> p.proowner), 'nobody') as granted,
       left(md5(p.prosrc), 12) as body
from pg_proc p where p.pronamespace = $1::regnamespace order by 1
"""


async def describe(connection: asyncpg.Connection, schema: str) -> str:
    """Tables, columns, constraints, indexes, functions and rights, in an order of their own."""
    lines = []
    for relation in await connection.fetch(RELATIONS, schema):
        lines += await _table(connection, schema, relation)
    for function in await connection.fetch(FUNCTIONS, schema):
        lines += [
            f"function {function['signature']}",
            f"  runs as {'its owner ' + function['owner'] if function['as_owner'] else 'its caller'}"
            f", with {function['settings'] or 'the settings of its caller'}",
            f"  may be run by: {function['granted']}",
            f"  body {function['body']}",
            "",
        ]
    return "\n".join(lines)


async def _table(
    connection: asyncpg.Connection, schema: str, relation: asyncpg.Record
) -> list[str]:
    name = relation["name"]
    options = f" with ({relation['options']})" if relation["options"] else ""
    lines = [f"table {name}{options}", f"  owner {relation['owner']}"]
    lines += [f"  {_column(row)}" for row in await connection.fetch(COLUMNS, schema, name)]
    for query in (CONSTRAINTS, INDEXES):
        rows = await connection.fetch(query, schema, name)
        lines += [f"  {row['definition']}" for row in rows]
    return [*lines, f"  granted to {relation['granted']}", ""]


def _column(row: asyncpg.Record) -> str:
    words = [row["name"], row["type"]]
    words += ["not null"] if row["required"] else []
    words += ["identity"] if row["identity"] else []
    words += ["stored plain"] if row["plain"] else []
    words += [f"default {row['preset']}"] if row["preset"] is not None else []
    return " ".join(words)
