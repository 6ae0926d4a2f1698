"""The clock of every process: APScheduler decides when, the use-cases decide what."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import asyncpg
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.settings import Settings
from bot.slack.revocation import SlackRevoker
from bot.wiring import Product
from core.audit.chain.checkpoint_file import LOGGER, CheckpointFile
from core.audit.checkpoint import Sink, sign_checkpoints
from core.conversations.approvals.look_after import look_after_approvals
from core.conversations.files.accept_file import TASK as READ_FILE
from core.conversations.notices.tell_owner import tell_owner
from core.conversations.turns.abandon_turn import have_lost_turns_given_up
from core.db.database import Database
from core.db.tenant import TenantContext
from core.jobs import store as queue
from core.jobs.warn_of_crowds import warn_of_crowds
from core.kernel.errors import DomainError, Postponed
from core.knowledge.arrivals import store as arrivals
from core.knowledge.renewal.renew_embeddings import put_renewals
from core.lifecycle.erase_tenant import erase_due
from core.lifecycle.installation.list_lacking import tell_lacking
from core.lifecycle.installation.recheck_refused import recheck_refused
from core.lifecycle.installation.reconcile_organization import list_organizations, reconcile_all
from core.lifecycle.retention import enforce_retention
from core.pacing.take_slot import forget_rested
from core.services import Services
from core.tenancy.installation.store import drop_old_states
from core.tenancy.workspaces import Workspaces

log = logging.getLogger(__name__)

# So long a workspace of an organization is served, or not, after an event of Slack's was lost.
_RECONCILE = timedelta(minutes=10)
_RENEW = timedelta(minutes=10)
SOON = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Job:
    """What is done now and then. Every process does it, so two may do it at once."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]
    at_start: bool = False  # also soon after the process was started: an update may bring work


def jobs(product: Product) -> tuple[Job, ...]:
    """All of them, and how often."""
    database, services = product.storage.database, product.services
    sink = checkpoint_sink(product.settings)

    async def tell(context: TenantContext, words: str, key: str) -> None:
        await tell_owner(database, context.tenant_id, words, key=key)

    return (
        Job("warn_of_crowds", timedelta(minutes=1), partial(warn_of_crowds, database, tell)),
        Job(
            "recheck_refused",
            timedelta(minutes=5),
            partial(recheck_refused, database, product.clients.doubts),
        ),
        Job(
            "tell_lacking",
            timedelta(hours=1),
            partial(tell_lacking, database, product.clients.notices.needs),
            at_start=True,
        ),
        Job("look_after_approvals", timedelta(minutes=5), partial(_approvals, services)),
        Job("give_up_lost_turns", timedelta(hours=1), partial(_give_up_lost_turns, services)),
        Job("reconcile_organizations", _RECONCILE, partial(_reconcile, database)),
        Job("prune_switchboard", timedelta(hours=1), partial(_prune_switchboard, database)),
        Job("forget_paces", timedelta(hours=1), partial(forget_rested, database)),
        Job("prune_events", timedelta(hours=1), partial(_prune, database, services.workspaces)),
        Job(
            "sign_checkpoints",
            timedelta(minutes=1),
            partial(sign_checkpoints, database, services.signer, sink),
        ),
        Job("renew_embeddings", _RENEW, partial(_renew, services), at_start=True),
        Job("enforce_retention", timedelta(hours=1), partial(_enforce_retention, services)),
        Job("erase_due", timedelta(minutes=10), partial(_erase_due, product)),
    )


def housekeeping(product: Product) -> AsyncIOScheduler:
    """The clock for all jobs, not started. A job that is late runs once, and never beside itself."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for job in jobs(product):
        seconds = job.every.total_seconds()
        first = {"next_run_time": datetime.now(UTC) + SOON} if job.at_start else {}
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
            **first,
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


async def _approvals(services: Services) -> None:
    """Remind people of what waits for a yes, and end what nobody answers."""
    tenants = [tenant for _, tenant in await services.workspaces.list_active()]
    await look_after_approvals(services.database, services.staff.messenger, tenants)


async def _give_up_lost_turns(services: Services) -> None:
    """End what no worker will take up again, so that whoever waits for it hears so."""
    for _, tenant in await services.workspaces.list_active():
        try:
            context = await services.database.tenant(tenant)
            await have_lost_turns_given_up(services.database, context)
        except (DomainError, Postponed) as error:
            log.info("tenant left out of the look for lost turns: %s", error)


async def _renew(services: Services) -> None:
    """Have embedded anew what another model, or none, has embedded: once for all processes a turn."""
    embedder = services.staff.embedder
    if embedder is None:
        return
    turn = f"{embedder.name}:{int(time.time() // _RENEW.total_seconds())}"
    for _, tenant in await services.workspaces.list_active():
        try:
            await put_renewals(services.database, tenant, embedder.name, turn)
        except DomainError as error:
            log.info("tenant left out of new embeddings: %s", error)


async def _reconcile(database: Database) -> None:
    """Once for all processes in the same ten minutes, by the name of these."""
    turn = int(time.time() // _RECONCILE.total_seconds())
    await reconcile_all(database, f"clock:{turn}")


async def _prune(database: Database, workspaces: Workspaces) -> None:
    """Forget the ids of events that Slack will not send again, an organization's own too, and files
    that nobody is going to read any more."""
    workspaces_of = [tenant for _, tenant in await workspaces.list_active()]
    for tenant in [*workspaces_of, *await list_organizations(database)]:
        try:
            context = await database.tenant(tenant)
            async with context.db.transaction() as tx:
                await queue.forget_overheard(tx)
                await queue.prune_events(tx)
                await arrivals.drop_lost(tx, f"task:{READ_FILE}:")
        except DomainError as error:
            log.info("tenant left out of housekeeping: %s", error)


async def _prune_switchboard(database: Database) -> None:
    """Forget how far ahead tenants' turns were handed out long ago, and sign-ins that ran out."""
    async with database.control() as tx:
        await queue.prune_shares(tx)
        await drop_old_states(tx)


async def _erase_due(product: Product) -> None:
    """Erase the tenants whose time of grace is over, and their tokens at Slack."""
    services = product.services
    revoker = SlackRevoker(product.clients.api, product.clients.oauth)
    await erase_due(
        services.database, services.provisioner, services.signer, revoker, services.rules
    )


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
