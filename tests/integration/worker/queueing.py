"""What the tests of the queue share: mail to put in, workers to do it, conditions to wait for."""

import asyncio
from contextlib import asynccontextmanager

from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.jobs import store as jobs
from core.jobs.model import IncomingEvent


async def put(database, context, mailbox: str, *event_ids: str) -> None:
    await put_all(database, [(context, mailbox, event_id) for event_id in event_ids])


async def put_all(database, mail) -> None:
    """(context, mailbox, event id) of each."""
    events = [
        IncomingEvent(context.tenant_id, mailbox, event_id, "event", "{}")
        for context, mailbox, event_id in mail
    ]
    async with database.control() as tx:
        await jobs.accept_events(tx, events)


async def waiting(database, context) -> int:
    """How many mailboxes of the tenant are not drained."""
    async with database.control() as tx:
        return await tx.fetchval(
            "select count(*) from control.mailbox where tenant_id = $1", context.tenant_id
        )


async def until_drained(database, *contexts, seconds: float = 20.0) -> None:
    async def drained() -> bool:
        return not sum([await waiting(database, context) for context in contexts])

    await until(drained, seconds)


async def until(condition, seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - what is awaited is a row
            await asyncio.sleep(0.01)


def is_true(look):
    """A condition for `until` that needs no database."""

    async def condition() -> bool:
        return bool(look())

    return condition


async def claim(database, worker: str, context, *, seconds: float = 5.0):
    """Claim whatever is due; the leases of this tenant."""
    async with database.control() as tx:
        leases = await jobs.claim_mailboxes(tx, worker, limit=1000, seconds=seconds)
    return [lease for lease in leases if lease.tenant_id == context.tenant_id]


async def stored(context, event_id: str):
    async with context.db.transaction() as tx:
        return await tx.fetchrow(
            "select id, state, attempts, reason, payload from inbox_event where event_id = $1",
            event_id,
        )


async def nobody(context, event, reference):
    raise AssertionError("nothing should be given up")


def worker_for(database, ours, handle, give_up=None, gave_up=None, **options) -> Worker:
    """A worker that does the mail of our tenants; what other tests left it just clears away."""
    tenants = {context.tenant_id for context in (ours if isinstance(ours, list) else [ours])}

    async def handle_ours(context, event):
        if context.tenant_id in tenants:
            await handle(context, event)

    async def give_up_ours(context, event, reference):
        if context.tenant_id in tenants:
            await (give_up or nobody)(context, event, reference)

    async def gave_up_ours(context, reference):
        if context.tenant_id in tenants and gave_up is not None:
            await gave_up(context, reference)

    drain = MailboxDrain(database, handle_ours, give_up_ours, gave_up_ours)
    return Worker(database, drain, name=f"test-{id(drain)}", **options)


@asynccontextmanager
async def running(*workers: Worker):
    """Run workers for a block. At the end they stop, and what they held is given back."""
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield workers
    finally:
        await asyncio.gather(*(worker.stop(grace_seconds=0.01) for worker in workers))
        await asyncio.gather(*tasks)
