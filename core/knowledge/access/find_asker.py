"""Who asks, and what everybody may see who reads the answer: asked of Slack at question time."""

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
    said_there: bool = False,
    workspace_only: bool = False,
    fresh: bool = False,
) -> Asker:
    """Somebody who asks in *channel*, or reads the answer alone. What is not known for sure is a no.

    In private: the workspace's documents, their own, and those of channels that they are in. In a
    channel: its own documents, and the workspace's where everybody there is a full member of the
    workspace. *said_there*: Slack has told us just now of a message of theirs in that channel, so that
    they are in it. *workspace_only*: for who looks into nothing else anyway. *fresh*: Slack is asked
    who is in a channel, whatever is known.
    """
    if private:
        return await _alone(context, readers, person_id, workspace_only, fresh)
    # First: what everybody reads depends on it, and there are calls for only so much.
    room = await readers.look_into(context, channel, person_id, fresh=fresh)
    is_known = room.has_asker is not None
    if workspace_only:
        shown, alone = Sight(room.only_full_members), Sight(workspace=True)
        return Asker(person_id, private, shown, alone, room_known=is_known)
    async with context.db.transaction() as tx:
        channels = await store.list_channels(tx)
    others = [one for one in channels if one != channel]
    around = await readers.look_around(context, person_id, others, fresh=fresh)
    here = frozenset({channel} if room.has_asker or (said_there and not is_known) else ())
    return Asker(
        person_id,
        private,
        Sight(room.only_full_members, here),
        Sight(True, around.channels | here, person_id),
        room_known=is_known,
        unlearnt=frozenset() if here or is_known else frozenset(channels) & {channel},
    )


async def _alone(
    context: TenantContext, readers: Readers, person_id: str, workspace_only: bool, fresh: bool
) -> Asker:
    if workspace_only:
        everybodys = Sight(workspace=True)
        return Asker(person_id, True, everybodys, everybodys)
    async with context.db.transaction() as tx:
        channels = await store.list_channels(tx)
    around = await readers.look_around(context, person_id, channels, fresh=fresh)
    own = Sight(True, around.channels, person_id)
    return Asker(person_id, True, own, own, unlearnt=around.unlearnt)


def everybodys(person_id: str) -> Asker:
    """Somebody who is shown what everybody in the workspace may see and nothing else: an operator."""
    return Asker(person_id, private=False)
