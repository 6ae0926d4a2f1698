"""An answer told in rounds: the model speaks, its calls are carried out, and it speaks again."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from core.conversations.approvals.notes import ending_note, expired_note, is_settled_otherwise
from core.conversations.model import Draft, Source
from core.conversations.ports import AnswerPen
from core.db.tenant import TenantContext
from core.gateway.answer import Gateway, code_end
from core.gateway.model import AgentTurn, Caller, Delta, Finished, StopReason, cited
from core.gateway.tools.session import ToolSession
from core.gateway.tools.steps import ToolStep
from core.kernel.errors import DomainError, Postponed

log = logging.getLogger(__name__)

WAITING_NOTE = "_I need a yes for this: the card below says what exactly would be done._"
NOT_ASKED_NOTE = (
    "_This needed a yes, and I could not ask for it there, so it was not done. Ask me here if you still "
    "want it._"
)
TOO_MANY_NOTE = "_I stopped here: this needed more steps than one answer may take._"
HOPELESS_NOTE = (
    "Sorry, I could not work out how to do this with the tools I have. Please put it another way."
)
LENGTH_NOTE = "_The answer ends here: it is as long as one may be. Ask me for the rest._"
FILTERED_NOTE = (
    "_The answer ends here: the model is not allowed to say the rest. Putting the question another way "
    "may help._"
)
# What stands below an answer that the model did not end by itself.
_CUT_NOTES: Mapping[StopReason, str] = {"length": LENGTH_NOTE, "filtered": FILTERED_NOTE}


@dataclass(frozen=True, slots=True)
class Telling:
    """One answer that is being told: what the model is asked, and where its words go."""

    context: TenantContext
    gateway: Gateway
    caller: Caller
    asked: AgentTurn
    pen: AnswerPen
    draft: Draft
    # Says on the cards what became of calls that people were asked about.
    show: Callable[[Sequence[ToolStep]], Awaitable[None]]

    async def add(self, text: str) -> None:
        self.draft.text += text
        shown = cited(self.asked.passages, self.draft.text)
        self.draft.sources = tuple(map(Source.of, shown))
        await write(self.pen, self.draft, text)

    async def note(self, words: str) -> None:
        """Words of ours, in a paragraph of their own."""
        text = self.draft.text
        gap = f"{code_end(text)}\n\n" if text.strip() else ""
        await self.add(f"{gap}{words}")


async def tell_in_rounds(telling: Telling, session: ToolSession) -> None:
    """Until the model has no more to ask for, a call waits for a yes, or a bound is reached.

    What an earlier try of the turn has done is taken up, not done again.
    """
    stage = stage_of(session.rows)
    await _advance(telling, session)
    for said in _said_since(session, stage):
        await telling.add(f"{said}\n\n")
    if not session.waiting and (late := expired_note(session.rows)):
        await telling.note(late)
        if not is_settled_otherwise(session.rows):
            return None
        await telling.add("\n\n")
    while not session.waiting:
        if session.is_hopeless:
            return await telling.note(HOPELESS_NOTE)
        finished, said = await _ask(telling, session)
        if not finished.calls:
            return None
        if ending := ending_note(session.rows):
            return await telling.note(ending)
        if session.is_spent:
            return await telling.note(TOO_MANY_NOTE)
        await session.begin_round(said, finished.calls, finished.signatures)
        await _advance(telling, session)
        if said:
            await telling.add("\n\n")
    telling.draft.waiting = tuple(session.waiting)
    return await telling.note(WAITING_NOTE)


async def write(pen: AnswerPen, draft: Draft, text: str) -> None:
    """Show it, unless Slack has failed before. What the model has said is said: it is kept, and
    nobody asks the model again because Slack was away."""
    async with draft.writing:
        if draft.trouble is not None:
            return
        try:
            await pen.write(text)
        except (Postponed, DomainError) as trouble:
            log.warning("an answer is not shown for now: %s", trouble)
            draft.trouble = trouble


def stage_of(rows: list[ToolStep]) -> int:
    """How often this turn has waited for a yes and gone on: each time its words are new messages."""
    asked = {row.round for row in rows if row.was_asked}
    open_rounds = {row.round for row in rows if row.state == "waiting" and not row.is_late}
    return len(asked - open_rounds)


async def _advance(telling: Telling, session: ToolSession) -> None:
    """Carry the calls on, and show how those went that people were asked about: also those that
    somebody carried out who died before the cards said so."""
    await session.advance()
    try:
        await telling.show(session.take_untold())
    except Postponed as trouble:
        # Nobody waits with the answer for that: before the turn is over the cards say it.
        log.info("a card could not be changed for now: %s", trouble)


async def _ask(telling: Telling, session: ToolSession) -> tuple[Finished, str]:
    asked = replace(telling.asked, steps=session.steps)
    said, finished = "", None
    stream = telling.gateway.answer(telling.context, asked, telling.caller)
    async with aclosing(stream):
        async for event in stream:
            if isinstance(event, Delta):
                said += event.text
                await telling.add(event.text)
            else:
                finished = event
                telling.draft.model = event.model
    assert finished is not None, "the gateway ends an answer, or raises"
    if not finished.calls and finished.reason in _CUT_NOTES:
        await telling.note(_CUT_NOTES[finished.reason])
    if finished.notice:
        await telling.note(f"_{finished.notice}_")
    return finished, said


def _said_since(session: ToolSession, stage: int) -> list[str]:
    """What the model said with its calls since the turn last waited: it is told once more."""
    asked = sorted({row.round for row in session.rows if row.was_asked})
    after = asked[stage - 1] if 0 < stage <= len(asked) else -1
    return [
        str(row.detail["said"])
        for row in session.rows
        if row.round > after and row.detail.get("said")
    ]
