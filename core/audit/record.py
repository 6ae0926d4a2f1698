"""The tenant's audit log: written before the act, content-free, append-only."""

import json

from core.db import sql
from core.db.tenant import TenantContext, Tx

SQL = sql.load("core.audit")

Detail = str | int | bool | None


async def record(
    tx: Tx, action: str, actor: str, *, outcome: str, reference: str, **detail: Detail
) -> None:
    """Append one row in the caller's transaction, so that change and row happen both or neither.

    *action* is `slice:noun:verb`; *outcome* is attempt, done, refused or failed; *detail* names
    ids and counts, never what a person wrote.
    """
    await tx.execute(SQL["put_event"], action, actor, outcome, reference, json.dumps(detail))


async def announce(
    context: TenantContext, action: str, actor: str, *, reference: str, **detail: Detail
) -> None:
    """Commit an `attempt` row before something outside is asked. If this raises, do not ask."""
    async with context.db.transaction() as tx:
        await record(tx, action, actor, outcome="attempt", reference=reference, **detail)
