"""An answer that one person reads: the card that offers to share it, and what others see then."""

from core.conversations.model import About, Outgoing, Speaker
from core.conversations.sharing.share_answer import Shareable
from core.kernel.addresses import AllowedAddresses
from handlers.blocks.agents.buttons import actions, button
from handlers.blocks.answers.pieces import LARGEST_PIECE, Piece, pieces_of
from handlers.blocks.markdown import neutral
from handlers.blocks.mrkdwn import escape
from handlers.blocks.mrkdwn.escaping import entities
from handlers.blocks.rendered import Rendered, context, said, section

SHARE = "answer.share"
LONGEST_QUESTION = 500  # characters of it above a shared answer


def share_offer(turn_id: str, about: About) -> Rendered:
    words = f"Only you see this answer. Shared, it stands {_where(about)} for all to read."
    return Rendered(words, [section(words), actions(button("Share in channel", SHARE, turn_id))])


def shared_card(about: About) -> Rendered:
    return said(f"You shared this answer {_where(about)}.")


def shared_messages(shareable: Shareable) -> list[Outgoing]:
    """The answer under its agent's name, and by whom it was shared. Links stay live only to what the
    question itself had named."""
    kept, about, agent = shareable.kept, shareable.about, shareable.agent
    allowed = AllowedAddresses.named_in(kept.question)
    answer = neutral(kept.answer, allowed)
    pieces = pieces_of(answer, kept.sources, LARGEST_PIECE, allowed=allowed)
    speaker = Speaker(agent.display_name, agent.icon_emoji)
    head = _head(shareable)
    first = Piece(f"{head}\n\n{pieces[0].text}", [context(head), *pieces[0].blocks])
    return [
        Outgoing(about.channel, piece.text, about.thread_ts, tuple(piece.blocks), speaker=speaker)
        for piece in (first, *pieces[1:])
    ]


def _head(shareable: Shareable) -> str:
    """*person_id* comes from Slack, and is the only mention in it."""
    question = " ".join(shareable.kept.question.split())
    if len(question) > LONGEST_QUESTION:
        question = f"{question[:LONGEST_QUESTION]}…"
    asked = entities(neutral(question))
    by = f"<@{shareable.kept.person_id}>"
    return f"*{escape(shareable.agent.display_name)}*, asked and shared by {by}: {asked}"


def _where(about: About) -> str:
    return f"in the thread in <#{about.channel}>" if about.thread_ts else f"in <#{about.channel}>"
