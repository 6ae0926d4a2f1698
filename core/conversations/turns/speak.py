"""Let an agent speak: what the documents hold on the question, and words as the model says them."""

import asyncio
import logging
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from core.agents import store as agents
from core.agents.choose_agent import switched_off_words
from core.agents.model import Agent
from core.agents.policies.read_policy import policy_for
from core.conversations import store
from core.conversations.approvals.show_outcome import show_outcome
from core.conversations.claims.bear_out import bear_out
from core.conversations.claims.check import Basis
from core.conversations.looking.left_out import left_out
from core.conversations.looking.look_up import (
    asker_of,
    leaves_doubt,
    look_up,
    passages_of,
    recall_for,
)
from core.conversations.looking.who_knows import says_nothing, who_might_know
from core.conversations.model import Draft, Place, Question, Turn
from core.conversations.ports import AnswerPen, Stopped
from core.conversations.sharing.note_drawn import left_out_of, note_drawn
from core.conversations.sharing.offer_alone import asked_first
from core.conversations.threads.compact_thread import REMEMBERED
from core.conversations.threads.store import Recalled, recall, recall_before
from core.conversations.tools.open_session import open_session, with_servers
from core.conversations.turns.rounds import Telling, tell_in_rounds, write
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.gateway.model import AgentTurn, Caller, Exchange
from core.gateway.tools.session import ToolSession
from core.kernel.errors import DomainError, Overtaken
from core.kernel.waiting.tasks import end
from core.knowledge.model import Asker, Findings

log = logging.getLogger(__name__)

# How often a running turn looks whether the person has pressed Stop; less often, down to the longest,
# where so many turns run that a look takes long: they would keep the database busy with nothing else.
STOP_POLL_SECONDS = 0.4
LONGEST_STOP_POLL_SECONDS = 1.0
LOOKING_SHARE = 1 / 20  # of a turn's time, between these two
# And every how many of these looks whether its agent was switched off: within five seconds is promised.
LOOKS_PER_SWITCH = 4
STOPPED_NOTE = "_Stopped._"
STILL_AT_WORK = "_This takes longer than usual. I am still at work on it._"


async def until_stopped(
    context: TenantContext,
    staff: Staff,
    agent: Agent,
    question: Question,
    turn: Turn,
    pen: AnswerPen,
    draft: Draft,
) -> None:
    """Let the agent speak until it is done, it fails in words, the person presses Stop, or an admin
    switches the agent off. Raises Overtaken.

    A Slack that takes the words no more does not stop it: *draft* becomes whole, with its `trouble`.
    """
    speaking = asyncio.create_task(_speak(context, staff, agent, question, turn, pen, draft))
    watching = asyncio.create_task(watch_for_stop(context, agent, turn))
    try:
        silence = staff.gateway.limits.silence_s
        if not await _first_of(speaking, watching, within=silence):
            await _reassure(pen, draft)
            await _first_of(speaking, watching)
        if speaking.done():
            speaking.result()
        else:
            draft.text = _with_note(draft.text, watching.result())
    except Stopped:
        draft.text = _with_note(draft.text, STOPPED_NOTE)
    except DomainError as error:
        draft.text = _with_note(draft.text, str(error))
    finally:
        await end(speaking, watching)
    # Beside the loop: what a hostile model has written may take a moment to compare.
    await asyncio.to_thread(bear_out, draft)


async def _first_of(*tasks: "asyncio.Task[Any]", within: float | None = None) -> bool:
    """False when none of them has ended *within* so many seconds."""
    done, _ = await asyncio.wait(tasks, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)


async def _reassure(pen: AnswerPen, draft: Draft) -> None:
    """A word to who has heard none. A model's deadline is that of one call, and a turn has several, with
    tools between them."""
    if not draft.text.strip():
        draft.text = f"{STILL_AT_WORK}\n\n"
        await write(pen, draft, draft.text)


async def _speak(
    context: TenantContext,
    staff: Staff,
    agent: Agent,
    question: Question,
    turn: Turn,
    pen: AnswerPen,
    draft: Draft,
) -> None:
    if draft.text:
        await write(pen, draft, draft.text)
    async with context.db.transaction() as tx:
        recalled = await _recall(tx, question, turn)
    staff, foreign = await with_servers(context, staff, agent)
    asker = await asker_of(context, staff, question.place, agent.reach)
    findings = await look_up(context, staff.embedder, asker, turn, recalled)
    asked = AgentTurn(
        agent=agent.name,
        role=agent.role,
        instructions=agent.instructions,
        question=turn.question,
        passages=tuple(passages_of(turn, findings)),
        doubtful=await leaves_doubt(staff, turn, recalled, findings),
        read_as=findings.read_as,
        thread=_thread(recalled.exchanges),
        summary=recalled.summary,
        company=staff.roster.company,
        memory=await recall_for(context, agent, question, turn, asker),
        preference=agent.preference,
        tools=staff.dispatcher.specs(policy_for(staff.roster, agent, foreign)),
    )
    session = await open_session(
        context, staff, agent, question, turn, has_read=_has_read(asked), foreign=foreign
    )
    telling = _telling(context, staff, question, turn, asked, pen, draft)
    await _tell(telling, session)
    noted = (turn, question.place, asked, findings, session.rows)
    draft.drew_on = await note_drawn(context, staff.readers, *noted)
    if asker is not None:
        await _say_what_is_missing(telling, staff, question.place, asker, findings, session)


async def _recall(tx: Tx, question: Question, turn: Turn) -> Recalled:
    """What was said before. A question that is asked again in private had its past where it was asked."""
    first = asked_first(question.event_key)
    if first is not None:
        return await recall_before(tx, first, REMEMBERED)
    return await recall(tx, turn.conversation_id, turn.turn_id, REMEMBERED)


async def _tell(telling: Telling, session: ToolSession) -> None:
    """However it ends, what was said until then is known with what it was made from."""
    asked, draft = telling.asked, telling.draft
    draft.allowed |= asked.named_addresses()
    telling.pen.allow(draft.allowed)
    try:
        await tell_in_rounds(telling, session)
    finally:
        returned = (result.text for step in session.steps for result in step.results)
        others = (*asked.memory, *returned)
        draft.basis = Basis(asked.passages, others, asked.question)


async def _say_what_is_missing(
    telling: Telling,
    staff: Staff,
    place: Place,
    asker: Asker,
    findings: Findings,
    session: ToolSession,
) -> None:
    """What was left out, and why; or that nothing was found, and who might know."""
    draft = telling.draft
    if note := left_out(asker, len(left_out_of(findings, session.rows))):
        draft.text = _with_note(draft.text, note)
    elif says_nothing(telling.asked, findings, draft, session.rows):
        # What anybody could have read there is read by the admins too; of the rest whoever asked tells.
        is_public = not place.private and await staff.channels.is_public(
            telling.context, place.channel
        )
        draft.gap = "told" if is_public else "open"
        who = await who_might_know(telling.context, telling.caller.person_id, findings)
        draft.text = _with_note(draft.text, who) if who else draft.text


def _telling(
    context: TenantContext,
    staff: Staff,
    question: Question,
    turn: Turn,
    asked: AgentTurn,
    pen: AnswerPen,
    draft: Draft,
) -> Telling:
    caller = Caller(turn.turn_id, question.place.person_id, turn.agent)
    show = partial(show_outcome, context, staff)
    return Telling(context, staff.gateway, caller, asked, pen, draft, show)


def _has_read(asked: AgentTurn) -> bool:
    """Documents, what was said before and what is kept are others' words, and not for everybody."""
    return bool(asked.passages or asked.thread or asked.summary or asked.memory)


async def watch_for_stop(context: TenantContext, agent: Agent, turn: Turn) -> str:
    """Return once the turn is marked as stopping or its agent is off, and for no other reason: the
    note that says so. Raises Overtaken once another worker has it."""
    look = 0
    while True:
        began = time.monotonic()
        try:
            async with context.db.transaction() as tx:
                if await store.turn_state(tx, turn.turn_id, turn.taken) == "stopping":
                    return STOPPED_NOTE
                if look % LOOKS_PER_SWITCH == 0 and await agents.is_switched_off(tx, turn.agent):
                    return f"_{switched_off_words(agent)}_"
        except Overtaken:
            raise
        except Exception as error:
            # The answer needs the database only in the end; nobody has asked to stop it.
            log.warning("a turn could not look whether it is stopped: %s", type(error).__name__)
        look += 1
        await asyncio.sleep(pause_after(time.monotonic() - began))


def pause_after(look_seconds: float) -> float:
    """Seconds until the next look whether a turn is stopped, when the last one took so long."""
    wanted = look_seconds / LOOKING_SHARE
    return min(max(wanted, STOP_POLL_SECONDS), LONGEST_STOP_POLL_SECONDS)


def _thread(earlier: Sequence[tuple[str, str]]) -> tuple[Exchange, ...]:
    exchanges = []
    for asked, answered in earlier:
        exchanges.append(Exchange("person", asked))
        if answered:
            exchanges.append(Exchange("agent", answered))
    return tuple(exchanges)


def _with_note(text: str, note: str) -> str:
    return f"{text.rstrip()}\n\n{note}" if text.strip() else note
