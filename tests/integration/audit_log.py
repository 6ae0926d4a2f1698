"""What the tests of the audit log need: rows, checkpoints, and somebody who may do anything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from core.audit.chain.verify_log import verify_log
from core.audit.checkpoint import sign_checkpoints
from core.audit.model import Checkpoint, Verdict
from core.audit.record import record
from core.db.database import Database
from core.db.scope import schema_of
from core.db.tenant import TenantContext
from core.kernel.sealing import new_key
from core.kernel.signing import Signer

SIGNER = Signer(new_key())
KEYS = {SIGNER.key_id: SIGNER.public_key}


async def write(context: TenantContext, count: int, action: str = "audit:test:act") -> None:
    """*count* rows, each in a transaction of its own."""
    for number in range(count):
        async with context.db.transaction() as tx:
            await record(tx, action, "U1", outcome="done", reference=f"r{number}", number=number)


async def sign(database: Database, signer: Signer = SIGNER) -> list[str]:
    """Checkpoints of all chains that moved; the lines that went outside."""
    lines: list[str] = []
    await sign_checkpoints(database, signer, lines.append)
    return lines


async def verified(
    database: Database, context: TenantContext, outside: tuple[Checkpoint, ...] = ()
) -> Verdict:
    return await verify_log(database, context, KEYS, outside)


@asynccontextmanager
async def superuser(dsn: str, context: TenantContext) -> AsyncIterator[asyncpg.Connection]:
    """Looks into one tenant's schema, with every trigger switched off."""
    admin = await asyncpg.connect(dsn)
    try:
        await admin.execute("set session_replication_role = replica")
        await admin.execute(f"set search_path = {schema_of(context.tenant_id)}")
        yield admin
    finally:
        await admin.close()
