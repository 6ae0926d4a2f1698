"""Tell whoever is responsible for a workspace that something is wrong there: once, in a DM.

A task, so that no crash and no outage of Slack's swallows it. It is no row of the audit log: it does
nothing to anybody's data, and its outbox row says when it was sent. What it tells of has a row of
its own where it happened.
"""

from core.db.database import Database
from core.jobs.put_task import put_task
from core.kernel.ids import TenantId

TASK = "tell_owner"


async def tell_owner(database: Database, tenant_id: TenantId, words: str, *, key: str) -> None:
    """Have *words* posted to whoever installed the app, else to an owner or admin whom we know.

    One notice for each *key*, whoever calls and however often: a key with the hour in it makes a
    trouble told once an hour. The words lie unsealed in the tenant's inbox until they are sent.
    """
    await put_task(database, tenant_id, TASK, {"words": words, "key": key}, key=key)
