"""Post through the outbox: the row first, then Slack, then the ts; a repeat finds its row."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from core.conversations import store
from core.conversations.model import OutboxRow, Outgoing
from core.conversations.ports import UNKNOWN, CannotPost, Messenger
from core.db.tenant import TenantContext
from core.jobs import store as jobs
from core.kernel.errors import Disconnected, Invalid, Postponed
from core.kernel.waiting.outage import until_it_answers
from core.pacing.model import NotCarriedOut

log = logging.getLogger(__name__)

# What one person sees is in nobody's history: whether it was shown cannot be found out. An answer
# may be shown twice after a crash; a third time helps nobody.
MOST_ANSWERS = 2

T = TypeVar("T")
# What nobody waits for any more: kept until it ends, as asyncio asks for.
_under_way: set["asyncio.Task[Any]"] = set()


async def post(
    context: TenantContext,
    messenger: Messenger,
    message: Outgoing,
    *,
    key: str,
    completes: int | None = None,
) -> str:
    """Post *message* once and return its ts; completes the inbox event in the same commit.

    *key* names the effect. If an earlier try ended without an answer from Slack, the message is
    looked up by its metadata before it is posted again; where nobody can look, it is not. Raises
    CannotPost, now and at each later call, when Slack refuses it for good or it is not known whether
    it was made: that is on record. Else what the messenger raises.
    """
    message_ts = await _made_before(context, messenger, message, key)
    if message_ts is None:
        making = _make(context, messenger, message, key, completes)
        return await heard_to_its_end(making)
    return await _sent(context, messenger, message, key, message_ts, completes)


async def heard_to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Await *work* in a task of its own, which ends also when the caller is cancelled meanwhile: what
    Slack was asked for is made, and has to be on record, or taken away again."""
    task = asyncio.create_task(work)
    _under_way.add(task)
    task.add_done_callback(_over)
    return await asyncio.shield(task)


def _over(task: "asyncio.Task[Any]") -> None:
    """An error of what was given up is nobody's."""
    _under_way.discard(task)
    if not task.cancelled():
        task.exception()


async def _make(
    context: TenantContext,
    messenger: Messenger,
    message: Outgoing,
    key: str,
    completes: int | None,
) -> str:
    try:
        message_ts = await messenger.post(context, message, key=key)
    except CannotPost as refusal:
        await _failed(context, key, refusal.reason)
        raise
    except (NotCarriedOut, Disconnected):
        await _not_sent(context, key)
        raise
    return await _sent(context, messenger, message, key, message_ts, completes)


async def _sent(
    context: TenantContext,
    messenger: Messenger,
    message: Outgoing,
    key: str,
    message_ts: str,
    completes: int | None,
) -> str:
    """Write down where it stands. Whoever was stopped for longer than its lease may have made it after
    another worker had looked for it, and had made it too: that one is taken away again."""

    async def mark() -> str | None:
        async with context.db.transaction() as tx:
            kept = await store.mark_sent(tx, key, message_ts)
            if completes is not None:
                await jobs.complete_event(tx, completes)
        return kept

    # It stands in Slack: who cannot write that down now would leave it to be made again.
    kept = await until_it_answers(mark)
    if kept and kept != message_ts and message.only_for is None:
        try:
            await messenger.remove(context, message.channel, message_ts)
        except (CannotPost, Postponed, Disconnected) as trouble:
            log.warning("a message that was made twice stays: %s", trouble)
    return kept or message_ts


async def is_begun(context: TenantContext, key: str) -> bool:
    """Whether the effect that *key* names was begun, and perhaps done."""
    async with context.db.transaction() as tx:
        return await store.find_outbox(tx, key) is not None


async def _made_before(
    context: TenantContext, messenger: Messenger, message: Outgoing, key: str
) -> str | None:
    """The ts of what an earlier try has made. Raises CannotPost when there may be no further try."""
    alone = message.only_for is not None
    row = await _begin(context, message, key, again=alone)
    if row.state == "failed":
        raise CannotPost("Slack did not take the message.", row.reason)
    if row.state != "sending":
        return row.message_ts
    if alone and row.attempts >= MOST_ANSWERS:
        await _failed(context, key, UNKNOWN)
        raise CannotPost("Slack did not say whether it took the message.", UNKNOWN)
    try:
        return await messenger.find_posted(context, message, key=key, since=row.since)
    except CannotPost as refusal:
        log.warning("whether a message was posted is not known", extra={"reason": refusal.reason})
        await _failed(context, key, refusal.reason)
        raise


async def respond(
    context: TenantContext, messenger: Messenger, response_url: str, message: Outgoing, *, key: str
) -> bool:
    """Answer a command or a click, for its person alone; False when Slack refused it.

    *key* names the command or the click, and the words complete it: another answer to the same
    command is another row. What ended unknown too often is True as well: it was most likely shown,
    and is not for another place. Raises Postponed: the answer is owed, and a later try gives it.
    """
    key = f"{key}:{context.fingerprint(message.text)[:16]}"
    row = await _begin(context, message, key, again=True)
    if row.state == "sent":
        return True
    if row.state == "failed":
        return row.reason == UNKNOWN
    if row.attempts >= MOST_ANSWERS:
        await _failed(context, key, UNKNOWN)
        return True
    try:
        await messenger.respond(response_url, message)
    except NotCarriedOut:
        await _not_sent(context, key)
        raise
    except (CannotPost, Invalid) as refusal:
        reason = refusal.reason if isinstance(refusal, CannotPost) else "invalid"
        log.warning("an answer to a command was not taken", extra={"reason": reason})
        await _failed(context, key, reason)
        return False
    async with context.db.transaction() as tx:
        await store.mark_sent(tx, key)
    return True


async def _begin(
    context: TenantContext, message: Outgoing, key: str, *, again: bool = False
) -> OutboxRow:
    """The row as it was before this try. With *again*, a try of unknown end is counted once more."""
    async with context.db.transaction() as tx:
        await store.put_outbox(tx, key, message)
        row = await store.find_outbox(tx, key)
        assert row is not None
        if row.state == "waiting" or (again and row.state == "sending"):
            await store.mark_sending(tx, key)
    return row


async def _failed(context: TenantContext, key: str, reason: str) -> None:
    async with context.db.transaction() as tx:
        await store.mark_failed(tx, key, reason)


async def _not_sent(context: TenantContext, key: str) -> None:
    async with context.db.transaction() as tx:
        await store.mark_waiting(tx, key)
