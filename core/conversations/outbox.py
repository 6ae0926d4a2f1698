"""Post through the outbox: the row first, then Slack, then the ts; a repeat finds its row."""

import logging

from core.conversations import store
from core.conversations.model import OutboxRow, Outgoing
from core.conversations.ports import CannotPost, Messenger
from core.db.tenant import TenantContext
from core.jobs import store as jobs
from core.kernel.errors import Invalid
from core.pacing.model import NotCarriedOut

log = logging.getLogger(__name__)

# What one person sees is in nobody's history: whether it was shown cannot be found out. An answer
# may be shown twice after a crash; a third time helps nobody.
MOST_ANSWERS = 2


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
    looked up by its metadata before it is posted again. Raises CannotPost, now and at each later
    call, when Slack refuses it for good: that is on record. Else what the messenger raises.
    """
    row = await _begin(context, message, key)
    if row.state == "failed":
        raise CannotPost("Slack did not take the message.", row.reason)
    message_ts = row.message_ts
    if row.state == "sending":
        message_ts = await messenger.find_posted(context, message, key=key)
    if message_ts is None:
        try:
            message_ts = await messenger.post(context, message, key=key)
        except CannotPost as refusal:
            await _failed(context, key, refusal.reason)
            raise
        except NotCarriedOut:
            await _not_sent(context, key)
            raise
    async with context.db.transaction() as tx:
        await store.mark_sent(tx, key, message_ts)
        if completes is not None:
            await jobs.complete_event(tx, completes)
    return message_ts


async def respond(
    context: TenantContext, messenger: Messenger, response_url: str, message: Outgoing, *, key: str
) -> bool:
    """Answer a command or a click, for its person alone; False when Slack took no answer.

    *key* names the command or the click, and the words complete it: another answer to the same
    command is another row. Raises Postponed: the answer is owed, and a later try gives it.
    """
    key = f"{key}:{context.fingerprint(message.text)[:16]}"
    row = await _begin(context, message, key, again=True)
    if row.state == "sent":
        return True
    if row.state == "failed" or row.attempts >= MOST_ANSWERS:
        await _failed(context, key, row.reason or "unknown")
        return False
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
