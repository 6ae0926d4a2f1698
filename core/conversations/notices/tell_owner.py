"""Tell whoever is responsible for a workspace that something is wrong there: once, in a DM.

It is no row of the audit log: it does nothing to anybody's data, and its outbox row says when it
was sent. What it tells of has a row of its own where it happened.
"""

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
# A notice that somebody else is posting is theirs, until they have had this long.
DEAD_SECONDS = 60.0


async def tell_owner(context: TenantContext, messenger: Messenger, words: str, *, key: str) -> bool:
    """Post *words* to whoever installed the app, else to an owner or admin whom we know.

    One notice for each *key*, whoever calls at the same time: a key with the hour in it makes a
    trouble told once an hour. False, and a line in the log, when there is nobody to tell or Slack
    takes nothing. Raises Postponed when it could be told a little later.
    """
    outbox_key = f"notice:{key}"
    async with context.db.transaction() as tx:
        state = await store.notice_state(tx, outbox_key)
        people = await store.list_responsible(
            tx, context.tenant_id, WORKSPACE_HOLDER, limit=MOST_TRIED
        )
    if state is not None and state not in ("waiting", "sending"):
        return state == "sent"
    channel = await _open_direct(context, messenger, people)
    if channel is None:
        log.warning("no owner could be told", extra={"notice": key, "known": len(people)})
        return False
    return await _post_once(context, messenger, Outgoing(channel, words), outbox_key)


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


async def _post_once(
    context: TenantContext, messenger: Messenger, message: Outgoing, key: str
) -> bool:
    async with context.db.transaction() as tx:
        if not await store.claim_notice(tx, key, message, dead_seconds=DEAD_SECONDS):
            return True  # somebody else is telling them this very moment
    try:
        await post(context, messenger, message, key=key)
    except DomainError as error:
        log.warning("no owner could be told", extra={"notice": key, "reason": str(error)})
        return False
    return True
