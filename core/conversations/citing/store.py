"""The statements of citing, one function each."""

import json

from core.conversations.model import Source
from core.db import sql
from core.db.transaction import Tx

SQL = sql.load("core.conversations.citing")


async def find_cited(tx: Tx, channel: str, message_ts: str) -> tuple[Source, ...]:
    """The sources of the answer in that message; none where there is no answer of ours."""
    listed = await tx.fetchval(SQL["find_cited"], channel, message_ts)
    return tuple(Source(**source) for source in json.loads(listed or "[]"))
