"""Let an agent speak: what the documents hold on the question, and words as the model says them."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from core.agents import store as agents
from core.agents.choose_agent import switched_off_words
from core.agents.model import Agent
from core.agents.policies.read_policy import policy_for, read_policy
from core.conversations import store
from core.conversations.approvals.show_outcome import show_outcome
from core.conversations.claims.bear_out import bear_out
from core.conversations.claims.check import Basis
from core.conversations.looking.look_up import leaves_doubt, look_up, passages_of, recall_for
from core.conversations.looking.who_knows import says_nothing, who_might_know
from core.conversations.model import Draft, Place, Question, Turn
from core.conversations.ports import AnswerPen, Stopped
from core.conversations.sharing.note_drawn import note_drawn
from core.conversations.threads.compact_thread import REMEMBERED
from core.conversations.threads.store import recall as recall_thread
from core.conversations.turns.rounds import Telling, tell_in_rounds, write
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.gateway.model import AgentTurn, Caller, Exchange
from core.gateway.tools.model import Ground, ToolCaller, ToolPolicy
from core.gateway.tools.session import ToolSession
from core.kernel.errors import DomainError, Overtaken
from core.knowledge.model import Findings

log = logging.getLogger(__name__)

# How often a running turn looks whether the person has pressed Stop; less often, down to the longest,
# where so many turns run that a look takes long: they would keep the database busy with nothing else.
STOP_POLL_SECONDS = 0.4
LONGEST_STOP_POLL_SECONDS = 1.0
LOOKING_SHARE = 1 / 20  # of a turn's time, between these two
# And every how many of these looks whether its agent was switched off: within five seconds is promised.
LOOKS_PER_SWITCH = 4
STOPPED_NOTE = "_Stopped._"
WITHHELD_NOTE = (
    "_Left out here, because others read along: what {count} of your own documents may say. "
    "Ask me in a direct message._"
)


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
    watching = asyncio.create_task(_watch_for_stop(context, agent, turn))
    try:
        await asyncio.wait({speaking, watching}, return_when=asyncio.FIRST_COMPLETED)
        if speaking.done():
            speaking.result()
        else:
            draft.text = _with_note(draft.text, watching.result())
    except Stopped:
        draft.text = _with_note(draft.text, STOPPED_NOTE)
    except DomainError as error:
        draft.text = _with_note(draft.text, str(error))
    finally:
        for task in (speaking, watching):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
    # Beside the loop: what a hostile model has written may take a moment to compare.
    await asyncio.to_thread(bear_out, draft)


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
        recalled = await recall_thread(tx, turn.conversation_id, turn.turn_id, REMEMBERED)
    foreign = await staff.servers.tools_for(context, agent.key)
    staff = replace(staff, dispatcher=staff.dispatcher.joined_by(foreign))
    names = tuple(tool.name for tool in foreign)
    findings = await look_up(context, staff.embedder, question, turn, recalled, agent.reach)
    asked = AgentTurn(
        agent=agent.name,
        role=agent.role,
        instructions=agent.instructions,
        question=turn.question,
        passages=tuple(passages_of(turn, findings)),
        doubtful=await leaves_doubt(staff, turn, recalled, findings),
        thread=_thread(recalled.exchanges),
        summary=recalled.summary,
        company=staff.roster.company,
        memory=await recall_for(context, agent, question, turn),
        preference=agent.preference,
        tools=staff.dispatcher.specs(policy_for(staff.roster, agent, names)),
    )
    caller = Caller(turn.turn_id, question.place.person_id, turn.agent)
    session = await _open_session(context, staff, agent, question, turn, asked, names)
    show = partial(show_outcome, context, staff)
    telling = Telling(context, staff.gateway, caller, asked, pen, draft, show)
    await _tell(telling, session)
    draft.drew_on = await note_drawn(context, turn, question.place, asked, findings, session.rows)
    if agent.reach != "none":
        await _say_what_is_missing(telling, findings, session)


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


async def _say_what_is_missing(telling: Telling, findings: Findings, session: ToolSession) -> None:
    """What was left out because others read along; or that nothing was found, and who might know."""
    draft = telling.draft
    if findings.withheld:
        draft.text = _with_note(draft.text, WITHHELD_NOTE.format(count=findings.withheld))
    elif says_nothing(telling.asked, findings, draft, session.rows):
        draft.gap = True
        who = await who_might_know(telling.context, telling.caller.person_id, findings)
        draft.text = _with_note(draft.text, who) if who else draft.text


async def _open_session(
    context: TenantContext,
    staff: Staff,
    agent: Agent,
    question: Question,
    turn: Turn,
    asked: AgentTurn,
    foreign: Sequence[str],
) -> ToolSession:
    """What the turn may do with tools. A question that somebody else has put (a thread handed over)
    names nothing: only what this person wrote does."""
    place = question.place
    own = bool(turn.question) and turn.question in question.text
    # Documents, what was said before and what is kept are others' words, and not for everybody.
    has_read = bool(asked.passages or asked.thread or asked.summary or asked.memory)
    caller = ToolCaller(
        turn.turn_id,
        place.person_id,
        turn.agent,
        private=place.private and agent.reach == "all",
        place={**_kept_place(place), "own": own, "reach": agent.reach},
        hold=partial(_hold, turn),
    )
    ground = Ground((turn.question,) if own else (), has_read, has_read)
    policy = partial(_policy_now, context, agent.key, foreign)
    return await ToolSession.open(staff.dispatcher, context, caller, policy, ground)


async def _policy_now(context: TenantContext, key: str, foreign: Sequence[str]) -> ToolPolicy:
    async with context.db.transaction() as tx:
        return await read_policy(tx, key, foreign)


async def _hold(turn: Turn, tx: Tx) -> None:
    await store.hold_turn(tx, turn)


def _kept_place(place: Place) -> dict[str, Any]:
    """All but the person, who stands beside it."""
    return {
        "team_id": place.team_id,
        "channel": place.channel,
        "thread_ts": place.thread_ts,
        "private": place.private,
        "asked_ts": place.asked_ts,
    }


async def _watch_for_stop(context: TenantContext, agent: Agent, turn: Turn) -> str:
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
