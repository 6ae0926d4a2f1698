"""The clock of every process: APScheduler decides when, the use-cases decide what."""

import logging

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core.db.database import Database
from core.jobs import store as jobs
from core.kernel.errors import DomainError
from core.tenancy.workspaces import Workspaces

log = logging.getLogger(__name__)


def housekeeping(database: Database, workspaces: Workspaces) -> AsyncIOScheduler:
    """Forget, once an hour, the ids of events that Slack will not send again."""

    async def prune() -> None:
        for _, tenant in await workspaces.list_active():
            try:
                context = await database.tenant(tenant)
                async with context.db.transaction() as tx:
                    await jobs.prune_events(tx)
            except DomainError as error:
                log.info("tenant left out of housekeeping: %s", error)

    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(prune, "interval", hours=1, jitter=300, max_instances=1, coalesce=True)
    return scheduler
