"""One turn: a question, what the documents hold on it, and an answer that the person sees grow."""

import asyncio
import logging
from contextlib import aclosing, suppress
from dataclasses import dataclass

from core.agents.choose_agent import choose_agent
from core.agents.model import Agent, Roster
from core.audit.attempt import attempt
from core.conversations import store
from core.conversations.model import (
    REMEMBERED_TURNS,
    Draft,
    Question,
    Source,
    Speaker,
    Turn,
)
from core.conversations.outbox import RecordedParts, parts_prefix
from core.conversations.ports import AnswerPen, Messenger, Stopped
from core.db.tenant import TenantContext
from core.gateway.answer import Gateway
from core.gateway.model import AgentTurn, Delta, Exchange, Passage, cited
from core.jobs import store as jobs
from core.kernel.errors import DomainError
from core.kernel.ids import new_id
from core.knowledge.model import Asker, Finding, Findings
from core.knowledge.ports import Embedder
from core.knowledge.search import search

log = logging.getLogger(__name__)

# How often a running turn looks whether the person has pressed Stop.
STOP_POLL_SECONDS = 0.4
STOPPED_NOTE = "_Stopped._"
WITHHELD_NOTE = (
    "_Left out here, because others read along: what {count} of your own documents may say. "
    "Ask me in a direct message._"
)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who answers, and with what."""

    roster: Roster
    gateway: Gateway
    embedder: Embedder | None
    messenger: Messenger


async def run_turn(context: TenantContext, staff: Staff, question: Question) -> None:
    """Answer *question* once, whatever happened to earlier tries of the same event."""
    turn = await _open(context, staff.roster, question)
    if turn.is_over:
        await _complete(context, question)
        return
    agent = staff.roster.find(turn.agent) or staff.roster.default
    parts = await RecordedParts.load(context, turn, question.place)
    speaker = Speaker(agent.display_name, agent.icon_emoji)
    async with staff.messenger.answer(context, question.place, speaker, parts) as pen:
        draft = Draft(turn.answer or "", sources=turn.sources)
        if turn.state != "answered":
            draft = await _until_stopped(context, staff, agent, question, turn, pen)
            await _keep(context, turn, draft)
        await pen.finish(draft.text, draft.sources)
    await _close(context, question, turn)


async def _open(context: TenantContext, roster: Roster, question: Question) -> Turn:
    """Find or open conversation and turn. The thread keeps its agent; another one that is addressed
    by name takes this turn alone."""
    place = question.place
    async with context.db.transaction() as tx:
        kept = await store.find_agent(tx, place.channel, place.thread_ts)
        choice = choose_agent(roster, question.text, thread_agent=question.agent or kept)
        conversation = await store.open_conversation(tx, question, choice.agent.key)
        return await store.open_turn(
            tx, new_id(), conversation, question, choice.agent.key, choice.question
        )


async def _until_stopped(
    context: TenantContext,
    staff: Staff,
    agent: Agent,
    question: Question,
    turn: Turn,
    pen: AnswerPen,
) -> Draft:
    """Let the agent speak until it is done, it fails in words, or the person presses Stop."""
    draft = Draft()
    speaking = asyncio.create_task(_speak(context, staff, agent, question, turn, pen, draft))
    watching = asyncio.create_task(_watch_for_stop(context, turn))
    try:
        await asyncio.wait({speaking, watching}, return_when=asyncio.FIRST_COMPLETED)
        if speaking.done():
            speaking.result()
        else:
            draft.text = _with_note(draft.text, STOPPED_NOTE)
    except Stopped:
        draft.text = _with_note(draft.text, STOPPED_NOTE)
    except DomainError as error:
        draft.text = _with_note(draft.text, str(error))
    finally:
        for task in (speaking, watching):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
    return draft


async def _speak(
    context: TenantContext,
    staff: Staff,
    agent: Agent,
    question: Question,
    turn: Turn,
    pen: AnswerPen,
    draft: Draft,
) -> None:
    async with context.db.transaction() as tx:
        earlier = await store.list_earlier(tx, turn, REMEMBERED_TURNS)
    findings = await _search(context, staff.embedder, question, turn, earlier)
    asked = AgentTurn(
        agent=agent.name,
        role=agent.role,
        instructions=agent.instructions,
        question=turn.question,
        passages=tuple(_passage(number, found) for number, found in enumerate(findings.found, 1)),
        thread=_thread(earlier),
    )
    async with aclosing(staff.gateway.answer(context, asked)) as stream:
        async for event in stream:
            if isinstance(event, Delta):
                draft.text += event.text
                draft.sources = tuple(map(_source, cited(asked.passages, draft.text)))
                await pen.write(event.text)
            else:
                draft.model = event.model
    if findings.withheld:
        draft.text = _with_note(draft.text, WITHHELD_NOTE.format(count=findings.withheld))


async def _search(
    context: TenantContext,
    embedder: Embedder | None,
    question: Question,
    turn: Turn,
    earlier: list[tuple[str, str]],
) -> Findings:
    """Search the knowledge base: a tool call, so its audit row is committed before it runs."""
    place = question.place
    async with attempt(
        context,
        "knowledge:documents:search",
        place.person_id,
        reference=turn.turn_id,
        arguments=context.fingerprint(turn.question),
        agent=turn.agent,
    ) as act:
        findings = await search(
            context,
            embedder,
            question=turn.question,
            asker=Asker(place.person_id, private=place.private),
            history=tuple(asked for asked, _ in earlier[-2:]),
        )
        await act.conclude("done", agent=turn.agent, found=len(findings.found))
    return findings


async def _watch_for_stop(context: TenantContext, turn: Turn) -> None:
    """Return once the turn is marked as stopping, and for no other reason."""
    while True:
        try:
            async with context.db.transaction() as tx:
                if await store.turn_state(tx, turn.turn_id) == "stopping":
                    return
        except Exception:
            # The answer needs the database only in the end; nobody has asked to stop it.
            log.warning("a turn could not look whether it is stopped", exc_info=True)
        await asyncio.sleep(STOP_POLL_SECONDS)


async def _keep(context: TenantContext, turn: Turn, draft: Draft) -> None:
    async with context.db.transaction() as tx:
        await store.keep_answer(tx, turn.turn_id, draft.text, draft.sources, draft.model)


async def _close(context: TenantContext, question: Question, turn: Turn) -> None:
    """The answer stands in Slack: turn, its messages and the event are done in one commit."""
    async with context.db.transaction() as tx:
        await store.close_turn(tx, turn.turn_id, "done")
        await store.mark_parts_sent(tx, parts_prefix(turn))
        await jobs.complete_event(tx, question.event)


async def _complete(context: TenantContext, question: Question) -> None:
    async with context.db.transaction() as tx:
        await jobs.complete_event(tx, question.event)


def _passage(number: int, found: Finding) -> Passage:
    return Passage(number, found.title, found.page, found.heading, found.text)


def _source(passage: Passage) -> Source:
    return Source(passage.number, passage.title, passage.page, passage.heading)


def _thread(earlier: list[tuple[str, str]]) -> tuple[Exchange, ...]:
    exchanges = []
    for asked, answered in earlier:
        exchanges.append(Exchange("person", asked))
        if answered:
            exchanges.append(Exchange("agent", answered))
    return tuple(exchanges)


def _with_note(text: str, note: str) -> str:
    return f"{text.rstrip()}\n\n{note}" if text.strip() else note
