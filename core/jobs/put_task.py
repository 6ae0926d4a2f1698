"""Work that the product gives itself, through the same queue as what Slack sends."""

from collections.abc import Mapping
from typing import Any

import orjson

from core.db.database import Database
from core.jobs import store
from core.jobs.model import IncomingEvent
from core.kernel.ids import TenantId


async def put_task(
    database: Database,
    tenant_id: TenantId,
    name: str,
    arguments: Mapping[str, Any],
    *,
    key: str,
    mailbox: str | None = None,
) -> None:
    """Store a task, to be done once for each *key*: a second call with the same changes nothing.
    No bell is rung: a worker finds it when it next looks, within a quarter of a second.

    Tasks of one *mailbox* are done in order; without one, each is alone in its own. The arguments
    are plain JSON, and lie unsealed in the tenant's inbox until the task is done.
    """
    event_id = f"task:{name}:{key}"
    payload = orjson.dumps({"task": name, **arguments}).decode()
    task = IncomingEvent(tenant_id, mailbox or event_id, event_id, "task", payload)
    async with database.statements() as tx:
        await store.accept_events(tx, [task])
