"""Say something to one person: where they asked, or where that place is closed, directly."""

import logging
from dataclasses import replace

from core.conversations.model import Outgoing
from core.conversations.outbox import post
from core.conversations.ports import UNKNOWN, CannotPost, Messenger
from core.db.tenant import TenantContext
from core.jobs import store as jobs

log = logging.getLogger(__name__)


async def tell_person(
    context: TenantContext,
    messenger: Messenger,
    message: Outgoing,
    person_id: str,
    *,
    key: str,
    completes: int | None = None,
) -> bool:
    """Post *message* once; where its place is closed to us, in the person's direct message.

    False when Slack takes it in neither: then nothing more can be said, and the event is completed
    all the same. Raises Postponed.
    """
    try:
        await post(context, messenger, message, key=key, completes=completes)
        return True
    except CannotPost as closed:
        reason, is_unknown = str(closed), closed.reason == UNKNOWN
    try:
        if is_unknown:
            # Most likely it was shown: said once more elsewhere, it would be there twice.
            raise CannotPost(reason, UNKNOWN)
        channel = await messenger.open_direct(context, person_id)
        direct = replace(message, channel=channel, thread_ts=None, only_for=None)
        await post(context, messenger, direct, key=f"{key}:direct", completes=completes)
        return True
    except CannotPost:
        log.warning("a person could not be told", extra={"reason": reason})
    if completes is not None:
        async with context.db.transaction() as tx:
            await jobs.complete_event(tx, completes)
    return False
