"""The statements of notices, one function each."""

import json
from dataclasses import asdict

from core.conversations.model import Outgoing
from core.db import sql
from core.db.transaction import Tx
from core.kernel.ids import TenantId

SQL = sql.load("core.conversations.notices")


async def list_responsible(tx: Tx, tenant: TenantId, holder: str, *, limit: int) -> list[str]:
    """The ids of those who may be told of the workspace's troubles, the likeliest first."""
    rows = await tx.fetch(SQL["list_responsible"], tenant, holder, limit)
    return [row["person_id"] for row in rows]


async def claim_notice(tx: Tx, key: str, message: Outgoing, *, dead_seconds: float) -> bool:
    """Whether it is for the caller to post it: nobody did, or nobody came to an end in that time."""
    body = json.dumps(asdict(message))
    return bool(await tx.fetchval(SQL["claim_notice"], key, message.channel, body, dead_seconds))


async def notice_state(tx: Tx, key: str) -> str | None:
    state: str | None = await tx.fetchval(SQL["notice_state"], key)
    return state
