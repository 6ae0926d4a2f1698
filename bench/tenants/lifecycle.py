"""A tenant with ten megabytes of its own: exported, then erased."""

import time
from dataclasses import dataclass
from pathlib import Path

from bench.installation import Installation
from bench.tenants.fleet import admin_of
from core.db.tenant import TenantContext
from core.kernel.ids import TenantId, new_reference
from core.lifecycle.archive.export_tenant import export_tenant
from core.lifecycle.erase_tenant import erase_tenant
from core.lifecycle.model import Rules

SIZE_MB = 10
_BATCHES = 50
# What a busy workspace is made of: questions and answers, what Slack sent, documents in passages.
# Every text is new, so that nothing compresses better than it would in life.
_FILL = (
    "insert into conversation (channel, thread_ts, agent, opened_by)"
    " select 'C1', $1::text || '.' || n, 'nora', 'U1' from generate_series(1, 10) n",
    "insert into turn (turn_id, conversation_id, event_key, person_id, agent, question, answer, state)"
    " select $1::text || '-' || c.id, c.id, $1::text || '-' || c.id, 'U1', 'nora', words.text, words.text,"
    " 'done' from conversation c, lateral"
    " (select string_agg(md5(c.id || '-' || n), ' ') as text from generate_series(1, 30) n) words"
    " where c.thread_ts like $1::text || '.%'",
    "insert into inbox_event (event_id, mailbox, kind, payload, state, finished_at)"
    " select $1::text || '-' || n, 'box', 'event', words.text, 'done', now()"
    " from generate_series(1, 20) n, lateral"
    " (select string_agg(md5($1::text || n || '-' || m), ' ') as text from generate_series(1, 40) m) words",
    "insert into document"
    " (document_id, title, media, scope, content_sha256, chunk_count, token_count, added_by)"
    " values ($1::text, 'Handbook', 'md', 'workspace', md5($1::text), 40, 6400, 'U1')",
    "insert into chunk (document_id, position, heading, body, token_count, lexemes)"
    " select $1::text, n, 'Part', words.text, 160, to_tsvector('simple', words.text)"
    " from generate_series(1, 40) n, lateral"
    " (select string_agg(substr(md5($1::text || n || '-' || m), 1, 7), ' ') as text"
    " from generate_series(1, 120) m) words",
    "insert into chunk_embedding (chunk_id, embedding)"
    " select c.id, (select array_agg(sin(c.id + m)) from generate_series(1, 384) m)"
    "::real[]::extensions.halfvec(384) from chunk c where c.document_id = $1::text",
    "insert into chunk_sign (chunk_id, document_number, signs)"
    " select e.chunk_id, d.id, extensions.binary_quantize(e.embedding)::bit(384)"
    " from document d join chunk c on c.document_id = d.document_id"
    " join chunk_embedding e on e.chunk_id = c.id where d.document_id = $1::text",
)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Of a tenant whose tables take *size_mb*, without their indexes."""

    size_mb: float
    export_s: float
    erase_s: float


class NothingToRevoke:
    """A tenant of the bench holds no token of anybody's; asking Slack is Slack's time, not ours."""

    async def revoke(self, context: TenantContext) -> int:
        return 0


async def export_and_erase(installation: Installation, tenant: TenantId, folder: Path) -> Lifecycle:
    storage = installation.storage
    context = await storage.database.tenant(tenant)
    size_mb = await _fill(installation, context)
    started = time.perf_counter()
    await export_tenant(
        context,
        storage.signer,
        folder / "export.zip",
        actor="operator",
        reference=new_reference(),
    )
    exported = time.perf_counter()
    await erase_tenant(
        storage.database,
        storage.provisioner,
        storage.signer,
        NothingToRevoke(),
        tenant,
        Rules(grace_days=30, backup_days=30),
        actor="operator",
    )
    erased = time.perf_counter()
    return Lifecycle(size_mb, exported - started, erased - exported)


async def _fill(installation: Installation, context: TenantContext) -> float:
    """Write until the tables are as large as they should be; how large they are, in megabytes."""
    async with admin_of(installation) as admin:
        for number in range(_BATCHES):
            async with context.db.transaction() as tx:
                for statement in _FILL:
                    await tx.execute(statement, f"batch{number}")
            size: int = await admin.fetchval(
                "select sum(pg_table_size(oid))::bigint from pg_class"
                " where relnamespace = ('tenant_' || $1::text)::regnamespace and relkind = 'r'",
                context.tenant_id,
            )
            if size >= SIZE_MB * 2**20:
                break
    return size / 2**20
