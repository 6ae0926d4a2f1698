"""The clock of every process: APScheduler decides when, the use-cases decide what."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import asyncpg
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.settings import Settings
from bot.slack.revocation import SlackRevoker
from bot.wiring import Product
from core.audit.chain.checkpoint_file import LOGGER, CheckpointFile
from core.audit.checkpoint import Sink, sign_checkpoints
from core.conversations.notices.tell_owner import tell_owner
from core.db.database import Database
from core.db.tenant import TenantContext
from core.jobs import store as queue
from core.jobs.warn_of_crowds import warn_of_crowds
from core.kernel.errors import DomainError
from core.lifecycle.erase_tenant import erase_due
from core.lifecycle.retention import enforce_retention
from core.pacing.take_slot import forget_rested
from core.services import Services
from core.tenancy.installation.store import drop_old_states
from core.tenancy.workspaces import Workspaces

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What is done now and then. Every process does it, so two may do it at once."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]


def jobs(product: Product) -> tuple[Job, ...]:
    """All of them, and how often."""
    database, services = product.storage.database, product.services
    revoker = SlackRevoker(product.clients.api, product.clients.oauth)
    sink = checkpoint_sink(product.settings)

    async def tell(context: TenantContext, words: str, key: str) -> None:
        await tell_owner(database, context.tenant_id, words, key=key)

    return (
        Job("warn_of_crowds", timedelta(minutes=1), partial(warn_of_crowds, database, tell)),
        Job("prune_switchboard", timedelta(hours=1), partial(_prune_switchboard, database)),
        Job("forget_paces", timedelta(hours=1), partial(forget_rested, database)),
        Job("prune_events", timedelta(hours=1), partial(_prune, database, services.workspaces)),
        Job(
            "sign_checkpoints",
            timedelta(minutes=1),
            partial(sign_checkpoints, database, services.signer, sink),
        ),
        Job("enforce_retention", timedelta(hours=1), partial(_enforce_retention, services)),
        Job(
            "erase_due",
            timedelta(minutes=10),
            partial(
                erase_due,
                database,
                services.provisioner,
                services.signer,
                revoker,
                services.rules,
            ),
        ),
    )


def housekeeping(product: Product) -> AsyncIOScheduler:
    """The clock for all jobs, not started. A job that is late runs once, and never beside itself."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for job in jobs(product):
        seconds = job.every.total_seconds()
        scheduler.add_job(
            _run,
            "interval",
            args=[job],
            id=job.name,
            seconds=seconds,
            # Processes that were started together shall not work in the same second.
            jitter=seconds / 10,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    return scheduler


def checkpoint_sink(settings: Settings) -> Sink:
    """Where signed checkpoints go outside the database: the file that is set, or else the log."""
    if settings.checkpoint_file is not None:
        return CheckpointFile(settings.checkpoint_file)
    return partial(logging.getLogger(LOGGER).info, "%s")


async def _run(job: Job) -> None:
    try:
        await job.run()
    except Exception:
        log.exception("a job failed; it is tried again", extra={"job": job.name})


async def _prune(database: Database, workspaces: Workspaces) -> None:
    """Forget the ids of events that Slack will not send again."""
    for _, tenant in await workspaces.list_active():
        try:
            context = await database.tenant(tenant)
            async with context.db.transaction() as tx:
                await queue.forget_overheard(tx)
                await queue.prune_events(tx)
        except DomainError as error:
            log.info("tenant left out of housekeeping: %s", error)


async def _prune_switchboard(database: Database) -> None:
    """Forget how far ahead tenants' turns were handed out long ago, and sign-ins that ran out."""
    async with database.control() as tx:
        await queue.prune_shares(tx)
        await drop_old_states(tx)


async def _enforce_retention(services: Services) -> None:
    """Delete what is older than its tenant keeps it; one that fails is passed over."""
    for _, tenant in await services.workspaces.list_active():
        try:
            context = await services.database.tenant(tenant)
            await enforce_retention(context, services.provisioner, services.signer)
        except DomainError as error:
            log.info("tenant left out of retention: %s", error)
        except asyncpg.PostgresError as error:
            # Its own text may quote a row.
            log.error(
                "retention of a tenant failed",
                extra={"tenant": tenant, "sqlstate": error.sqlstate},
            )
