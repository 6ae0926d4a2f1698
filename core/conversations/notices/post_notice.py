"""Post what an owner is to be told, in the direct message of the first of them who can have one."""

import logging

from core.conversations.model import Outgoing
from core.conversations.notices import store
from core.conversations.outbox import post
from core.conversations.ports import Messenger
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError
from core.tenancy.model import WORKSPACE_HOLDER

log = logging.getLogger(__name__)

MOST_TRIED = 5  # persons whose direct message is tried


async def post_notice(
    context: TenantContext,
    messenger: Messenger,
    words: str,
    *,
    key: str,
    completes: int,
    else_to: str | None = None,
) -> bool:
    """Post *words* once for each *key*, and complete the inbox event in the same commit.

    The workspace's own people come first: who installed it, its owners, its admins. *else_to* is
    asked last, as whoever has installed the app for the whole organization.

    False, and a line in the log, when there is nobody to tell or Slack takes nothing: then the
    event is the caller's to complete. Raises Postponed.
    """
    async with context.db.transaction() as tx:
        people = await store.list_responsible(
            tx, context.tenant_id, WORKSPACE_HOLDER, limit=MOST_TRIED
        )
    if else_to is not None and else_to not in people:
        people.append(else_to)
    channel = await _open_direct(context, messenger, people)
    if channel is None:
        log.warning("no owner could be told", extra={"notice": key, "known": len(people)})
        return False
    message = Outgoing(channel, words)
    try:
        await post(context, messenger, message, key=f"notice:{key}", completes=completes)
    except DomainError as error:
        log.warning("no owner could be told", extra={"notice": key, "reason": str(error)})
        return False
    return True


async def _open_direct(
    context: TenantContext, messenger: Messenger, people: list[str]
) -> str | None:
    """The direct message of the first who can have one."""
    for person_id in people:
        try:
            return await messenger.open_direct(context, person_id)
        except DomainError as error:
            log.info("an owner has no direct message", extra={"reason": str(error)})
    return None
