"""Share an answer that one person reads where they asked from: once, and only what is everybody's.

What was allowed when it was offered is looked at again, because days may lie between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.agents.choose_agent import switched_off_words
from core.agents.load_roster import read_roster
from core.agents.model import Agent
from core.audit.attempt import attempt
from core.conversations.model import About, Outgoing
from core.conversations.outbox import post
from core.conversations.ports import UNKNOWN, Messenger
from core.conversations.sharing import store
from core.conversations.sharing.look_again import look_again
from core.conversations.sharing.model import GONE, Kept, Piece
from core.db.tenant import TenantContext
from core.kernel.errors import NotFound, Refused
from core.tenancy.membership.readers import Readers

ACTION = "conversations:answer:share"


@dataclass(frozen=True, slots=True)
class Shareable:
    """An answer that may be shared now: *kept* by *agent*, to the place that *about* names."""

    kept: Kept
    about: About
    agent: Agent


async def find_shareable(
    context: TenantContext, readers: Readers, turn_id: str, *, person_id: str
) -> Shareable:
    """Raises NotFound and Refused, with words for the person."""
    async with context.db.transaction() as tx:
        kept = await store.find_kept(tx, turn_id)
        roster = await read_roster(tx)
    if kept is None:
        raise NotFound(GONE)
    about = kept.check(person_id, await look_again(context, readers, kept))
    agent = roster.find(kept.agent)
    if agent is None:
        raise NotFound("The agent that gave this answer is gone, so it is not shared.")
    if not agent.is_on:
        raise Refused(f"{switched_off_words(agent)} Its answers are not shared.")
    return Shareable(kept, about, agent)


async def share_answer(
    context: TenantContext,
    messenger: Messenger,
    shareable: Shareable,
    pieces: Sequence[Outgoing],
    *,
    person_id: str,
) -> str:
    """Post the *pieces* once and return the ts of the first; what was shared before is not again.

    Raises CannotPost where the channel is closed to us: nothing was said then, and a later press may
    be luckier. Raises Postponed: a later try goes on where this one stopped.
    """
    turn_id = shareable.kept.turn_id
    prefix, sent = await _begin(context, turn_id)
    if len(sent) >= len(pieces):
        return sent[0]
    fingerprint = context.fingerprint(f"{shareable.about.channel}\n{shareable.kept.answer}")
    async with attempt(context, ACTION, person_id, reference=turn_id, arguments=fingerprint) as act:
        first = await _post(context, messenger, pieces, prefix)
        await act.conclude("done", channel=shareable.about.channel)
    return first


async def _begin(context: TenantContext, turn_id: str) -> tuple[str, list[str]]:
    """The name of this try, and what of it stands in Slack already. A try that Slack has refused is
    over, so that there can be another once AEGIS was invited. One press at a time comes here: the
    presses of a card have one mailbox."""
    prefix = f"share:{turn_id}:"
    async with context.db.transaction() as tx:
        pieces = await store.list_pieces(tx, prefix)
    now = f"{prefix}{sum(map(_ends_a_try, pieces))}:"
    mine = (piece for piece in pieces if piece.key.startswith(now) and piece.state == "sent")
    return now, [piece.message_ts for piece in mine if piece.message_ts]


def _ends_a_try(piece: Piece) -> bool:
    """Slack surely has not made it, and nothing was said: a later press may be luckier."""
    return piece.is_first and piece.state == "failed" and piece.reason != UNKNOWN


async def _post(
    context: TenantContext, messenger: Messenger, pieces: Sequence[Outgoing], prefix: str
) -> str:
    first = ""
    for number, piece in enumerate(pieces):
        if first and piece.thread_ts is None:
            piece = replace(piece, thread_ts=first)
        ts = await post(context, messenger, piece, key=f"{prefix}{number}")
        first = first or ts
    return first
