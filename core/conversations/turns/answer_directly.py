"""Where the place of a question is closed for good: the answer goes to the person's direct message.

The whole answer, whatever closed the place: it was made for what this person may read, and where
they read it alone, nobody else does. Where it is not known whether the answer arrived, that is said,
and no second answer is given.
"""

import logging
from dataclasses import replace

from core.conversations.model import Draft, Outgoing, Place, Question, Speaker, Turn
from core.conversations.outbox import post
from core.conversations.ports import UNKNOWN, CannotPost
from core.conversations.turns.parts import RecordedParts, direct_prefix
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext

log = logging.getLogger(__name__)

ASK_AGAIN = "If it is not there, please ask me again."


async def answer_directly(
    context: TenantContext,
    staff: Staff,
    question: Question,
    turn: Turn,
    draft: Draft,
    refusal: CannotPost,
) -> bool:
    """False when Slack takes nothing there either: then the log alone knows.

    Raises Postponed, Disconnected and Overtaken; a later call goes on where this one stopped.
    """
    try:
        place = question.place
        channel = await staff.messenger.open_direct(context, place.person_id)
        words = _words(place.channel, refusal, draft)
        key = f"elsewhere:{turn.turn_id}"
        root = await post(context, staff.messenger, Outgoing(channel, words), key=key)
        if draft.text and refusal.reason != UNKNOWN:
            there = replace(place, channel=channel, thread_ts=root, private=True, asked_ts=None)
            await _answer_in(context, staff, turn, draft, there)
    except CannotPost as again:
        log.warning(
            "an answer could not be shown anywhere",
            extra={"turn": turn.turn_id, "reason": refusal.reason, "direct": again.reason},
        )
        return False
    return True


async def _answer_in(
    context: TenantContext, staff: Staff, turn: Turn, draft: Draft, place: Place
) -> None:
    agent = staff.roster.find(turn.agent) or staff.roster.default
    speaker = Speaker(agent.display_name, agent.icon_emoji)
    parts = await RecordedParts.load(context, turn, direct_prefix(turn.turn_id), place)
    async with staff.messenger.answer(context, place, speaker, parts) as pen:
        pen.allow(draft.allowed)
        await pen.finish(draft.text, draft.sources)


def _words(channel: str, refusal: CannotPost, draft: Draft) -> str:
    where = "there" if channel.startswith("D") else f"in <#{channel}>"
    if refusal.reason == UNKNOWN:
        return f"I do not know whether my answer arrived {where}. {refusal} {ASK_AGAIN}"
    follows = "Here is my answer." if draft.text else "Please ask me again here."
    return f"I could not answer your question {where}. {refusal} {follows}"
