"""Tenants full of awkward rows, what their tables sum up to, and ways to lose them."""

import asyncio
import base64
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import asyncpg

from core.audit import record as audit
from core.db import scope, sql
from core.db.tenant import TenantContext
from core.kernel.signing import Signer
from core.lifecycle.archive.export_tenant import export_tenant
from core.lifecycle.archive.restore_tenant import restore_tenant
from core.tenancy import store
from core.tenancy.model import WORKSPACE_HOLDER

DB_SQL = sql.load("core.db")
TOKEN = b"xoxb-a-token"
AWKWARD = 'a "quoted", comma\nline\r\nfeed\ttab \\N \\. \\ é ﷽ 🛡️ \u2028 NULL \\x00'

_ROWS = """
insert into inbox_event (event_id, mailbox, kind, payload, state, finished_at, reason) values
  ('Ev1', 'C1', 'event', $1::text, 'done', now(), null), ('Ev2', 'C1', 'event', '', 'done', now(), '');
insert into person (person_id, standing, display_name) values ('U1', 'member', $1::text), ('U2', 'guest', '');
insert into conversation (channel, thread_ts, agent, opened_by) values ('C1', '1.1', 'aegis', 'U1');
insert into turn (turn_id, conversation_id, event_key, person_id, agent, question, answer, sources)
  select 't1', id, 'e1', 'U1', 'aegis', $1::text, null, jsonb_build_array($1::text, 'null'::jsonb, 1e-7)
  from conversation;
insert into turn (turn_id, conversation_id, event_key, person_id, agent, question, answer)
  select 't2', id, 'e2', 'U1', 'aegis', '', '' from conversation;
insert into outbox_message (key, channel, body, reason) values
  ('k1', 'C1', jsonb_build_object('text', $1::text), null), ('k2', 'C1', '{}', '');
insert into document
  (document_id, title, media, scope, content_sha256, added_by, pages)
  values ('d1', $1::text, 'md', 'workspace', 'aa', 'U1', null);
insert into chunk (document_id, position, body, token_count, lexemes)
  select 'd1', n, repeat($1::text, 2000), 3, to_tsvector('simple', 'it''s "a" \\ word ' || n)
  from generate_series(0, 20) n;
insert into chunk_embedding (chunk_id, embedding)
  select id, (select array_agg(sin(id * n)) from generate_series(1, 384) n)::real[]::extensions.halfvec(384)
  from chunk;
insert into chunk_sign (chunk_id, document_number, signs)
  select e.chunk_id, d.id, extensions.binary_quantize(e.embedding)::bit(384)
  from chunk_embedding e, document d;
insert into lexeme (lexeme, chunk_count) values ($1::text, 1), ('', 2);
insert into turn_step (step_id, turn_id, kind, name, agent, person_id, state, arguments, result, detail,
  ended_at) values
  ('s1', 't1', 'tool', 'search', 'aegis', 'U1', 'done', $1::text, $1::text, jsonb_build_object('a', $1::text),
  now()), ('s2', 't1', 'model', 'm', 'aegis', 'U1', 'reserved', '', '', '{}', null);
insert into profile_version (kind, key, version, body, changed_by) values
  ('agent', 'people', 1, jsonb_build_object('name', $1::text), 'U1'), ('company', 'company', 1, '{}', '');
insert into memory (memory_id, about, body, state, proposed_by, expires_at) values
  ('m1', 'U1', $1::text, 'kept', 'U1', null), ('m2', '', '', 'proposed', '', now());
insert into retention (data_class, keep_days, changed_by) values ('people', null, 'U1'), ('audit', 9, '');
"""


async def fill(context: TenantContext) -> None:
    """Rows in every table: NULL and empty, quotes and line breaks, large ones, vectors, a token."""
    sealed = context.sealer.seal(TOKEN, context.tenant_id, WORKSPACE_HOLDER, "slack")
    async with context.db.transaction() as tx:
        for statement in filter(str.strip, _ROWS.split(";\n")):
            await tx.execute(statement, *([AWKWARD] if "$1" in statement else []))
        await store.put_token(
            tx, context.tenant_id, WORKSPACE_HOLDER, sealed, context.sealer.key_id, "", "UBOT"
        )
        for outcome in ("attempt", "done"):
            await audit.record(
                tx, "knowledge:document:ingest", AWKWARD, outcome=outcome, reference="r", pages=3
            )


async def sums(admin: asyncpg.Connection, context: TenantContext) -> dict[str, str]:
    """Table → a digest over its rows; the audit log without the rows that a restore adds."""
    found = {}
    async with admin.transaction():
        await admin.execute(scope.enter_as_owner(context.tenant_id))
        columns = await admin.fetch(DB_SQL["list_own_columns"], scope.schema_of(context.tenant_id))
        for table in {row["table_name"] for row in columns}:
            found[table] = await admin.fetchval(
                "select md5(string_agg(t::text, '|' order by t::text)) from"
                f" (select * from {table}) t"
                " where concat(to_jsonb(t) ->> 'action', ' ', to_jsonb(t) ->> 'outcome') not in"
                " ('lifecycle:tenant:export done', 'lifecycle:tenant:restore done')"
            )
    return found


async def lose_schema(admin: asyncpg.Connection, context: TenantContext) -> None:
    """What an accident does: the tables are gone, the registry is not."""
    await admin.execute(f"drop schema {scope.schema_of(context.tenant_id)} cascade")


async def has_schema(admin: asyncpg.Connection, tenant: str) -> bool:
    return await admin.fetchval("select to_regnamespace($1) is not null", scope.schema_of(tenant))


async def shred(admin: asyncpg.Connection, context: TenantContext) -> None:
    """What an erasure leaves."""
    await lose_schema(admin, context)
    schema = scope.schema_of(context.tenant_id)
    await admin.execute(f"drop owned by {schema}; drop role {schema}")
    await admin.execute("delete from control.workspace where tenant_id = $1", context.tenant_id)
    await admin.execute(
        "update control.tenant set status = 'erased', wrapped_key = '' where tenant_id = $1",
        context.tenant_id,
    )


async def export(context: TenantContext, signer: Signer, target: Path) -> Path:
    await export_tenant(context, signer, target, actor="operator", reference="ref1")
    return target


def restore(provisioner, signer: Signer, path: Path, **options):
    return restore_tenant(
        provisioner, path, signer.public_key, actor="operator", reference="ref2", **options
    )


def rewritten(
    path: Path,
    *,
    changed: dict[str, bytes] | None = None,
    manifest: Callable[[dict], None] | None = None,
    signer: Signer | None = None,
) -> Path:
    """A copy with members changed, and perhaps its manifest, signed anew by *signer*."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members |= changed or {}
    if manifest:
        document = json.loads(members["manifest.json"])
        manifest(document)
        members["manifest.json"] = json.dumps(document).encode()
    if signer:
        signed = signer.sign(json.loads(members["manifest.json"]))
        members["manifest.json"] = signed.text.encode()
        members["manifest.sig"] = base64.b64decode(signed.signature)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return saved(path, buffer.getvalue())


def saved(path: Path, content: bytes) -> Path:
    """*content* in a new file beside *path*."""
    target = path.with_name(f"{os.urandom(4).hex()}.zip")
    target.write_bytes(content)
    return target


async def until_it_waits(admin: asyncpg.Connection, statement: str) -> None:
    """Returns once a session waits for a lock in a statement with these words."""
    async with asyncio.timeout(20):
        while not await admin.fetchval(  # noqa: ASYNC110 - what is awaited is another session
            "select true from pg_stat_activity where wait_event_type = 'Lock'"
            " and query ilike '%' || $1 || '%' and pid <> pg_backend_pid()",
            statement,
        ):
            await asyncio.sleep(0.01)
