"""Say on a card what its button has done, also when the worker dies between doing and saying it: the
words are a row in the commit of what was done, so a second try of the click finds them and does nothing.
"""

from core.conversations import store
from core.conversations.model import Outgoing
from core.conversations.ports import CannotPost, Messenger
from core.db.tenant import TenantContext
from core.db.transaction import Tx


async def keep_card(tx: Tx, key: str, card: Outgoing) -> None:
    """*key* names the click."""
    await store.put_outbox(tx, key, card)


async def find_card(context: TenantContext, key: str) -> Outgoing | None:
    """What an earlier try of the click has kept; None when nothing was done yet."""
    async with context.db.transaction() as tx:
        return await store.find_outgoing(tx, key)


async def show_card(
    context: TenantContext, messenger: Messenger, message_ts: str, card: Outgoing, *, key: str
) -> None:
    """Put it in the place of the message. Raises Postponed, and CannotPost where nobody can change
    that message any more."""
    try:
        await messenger.update(context, message_ts, card)
    except CannotPost as refusal:
        async with context.db.transaction() as tx:
            await store.mark_failed(tx, key, refusal.reason)
        raise
    async with context.db.transaction() as tx:
        await store.mark_sent(tx, key, message_ts)
