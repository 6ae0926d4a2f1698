"""Let an agent speak: what the documents hold on the question, and words as the model says them."""

import asyncio
import logging
from contextlib import aclosing, suppress

from core.agents.model import Agent
from core.audit.attempt import attempt
from core.conversations import store
from core.conversations.model import REMEMBERED_TURNS, Draft, Question, Source, Turn
from core.conversations.ports import AnswerPen, Stopped
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.gateway.model import AgentTurn, Delta, Exchange, Passage, cited
from core.kernel.errors import DomainError, Postponed
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


async def until_stopped(
    context: TenantContext,
    staff: Staff,
    agent: Agent,
    question: Question,
    turn: Turn,
    pen: AnswerPen,
    draft: Draft,
) -> None:
    """Let the agent speak until it is done, it fails in words, or the person presses Stop.

    A Slack that takes the words no more does not stop it: *draft* becomes whole, with its `trouble`.
    """
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
                await _write(pen, draft, event.text)
            else:
                draft.model = event.model
    if findings.withheld:
        draft.text = _with_note(draft.text, WITHHELD_NOTE.format(count=findings.withheld))


async def _write(pen: AnswerPen, draft: Draft, text: str) -> None:
    """Show it, unless Slack has failed before. What the model has said is said: it is kept, and
    nobody asks the model again because Slack was away."""
    if draft.trouble is not None:
        return
    try:
        await pen.write(text)
    except (Postponed, DomainError) as trouble:
        log.warning("an answer is not shown for now: %s", trouble)
        draft.trouble = trouble


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
