"""Who asks, and what everybody may see who reads the answer: asked of Slack at question time."""

import asyncio

from core.db.tenant import TenantContext
from core.knowledge import store
from core.knowledge.model import Asker, Sight
from core.tenancy.membership.readers import Readers


async def find_asker(
    context: TenantContext,
    readers: Readers,
    *,
    person_id: str,
    channel: str = "",
    private: bool,
    workspace_only: bool = False,
    fresh: bool = False,
) -> Asker:
    """Somebody who asks in *channel*, or reads the answer alone. What is not known for sure is a no.

    In private: the workspace's documents, their own, and those of channels that they are in. In a
    channel: its own documents, and the workspace's where everybody there is a full member of the
    workspace. *workspace_only*: for who looks into nothing else anyway. *fresh*: Slack is asked who is
    in a channel, whatever is known.
    """
    if workspace_only:
        everybodys = Sight(workspace=True)
        if private:
            return Asker(person_id, private, everybodys, everybodys)
        room = await readers.look_into(context, channel, person_id, fresh=fresh)
        return Asker(person_id, private, Sight(room.only_full_members), everybodys)
    async with context.db.transaction() as tx:
        channels = set(await store.list_channels(tx))
    if private:
        theirs = await readers.channels_of(context, person_id, channels, fresh=fresh)
        own = Sight(True, theirs, person_id)
        return Asker(person_id, private, own, own)
    theirs, room = await asyncio.gather(
        readers.channels_of(context, person_id, channels - {channel}, fresh=fresh),
        readers.look_into(context, channel, person_id, fresh=fresh),
    )
    # Where nobody knows who is in it, who reads there is in it all the same.
    here = frozenset() if room.has_asker is False else frozenset({channel})
    sight = Sight(room.only_full_members, here)
    return Asker(person_id, private, sight, Sight(True, theirs | here, person_id))


def everybodys(person_id: str) -> Asker:
    """Somebody who is shown what everybody in the workspace may see and nothing else: an operator."""
    return Asker(person_id, private=False)
