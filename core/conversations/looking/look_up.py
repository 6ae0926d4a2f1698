"""What the documents hold on a question, and what the agent was asked to keep: as far as it goes there."""

from collections.abc import Iterator

from core.agents.model import Agent, Reach
from core.audit.attempt import attempt
from core.conversations.model import Place, Question, Turn
from core.conversations.threads.store import Recalled
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.gateway.model import Passage
from core.knowledge.access.find_asker import find_asker
from core.knowledge.model import Asker, Findings
from core.knowledge.ports import Embedder
from core.knowledge.search import search_about
from core.knowledge.second_look.look import is_doubtful
from core.memory.model import COMPANY
from core.memory.recall import recall

ASKED_ABOUT = "The message asked about"


async def asker_of(
    context: TenantContext, staff: Staff, place: Place, reach: Reach
) -> Asker | None:
    """Who asks and who reads along, now; None for an agent that looks into no documents."""
    if reach == "none":
        return None
    return await find_asker(
        context,
        staff.readers,
        person_id=place.person_id,
        channel=place.channel,
        private=place.private,
        said_there=place.said_there,
        workspace_only=reach != "all",
    )


async def look_up(
    context: TenantContext,
    embedder: Embedder | None,
    asker: Asker | None,
    turn: Turn,
    recalled: Recalled,
) -> Findings:
    """Search the knowledge base: a tool call, so its audit row is committed before it runs."""
    if asker is None:
        return Findings((), frozenset(), lexical_only=False)
    async with attempt(
        context,
        "knowledge:documents:search",
        asker.person_id,
        reference=turn.turn_id,
        arguments=context.fingerprint(turn.question),
        agent=turn.agent,
    ) as act:
        findings = await search_about(
            context,
            embedder,
            question=turn.question,
            asker=asker,
            said=turn.about.text if turn.about else "",
            history=_history(recalled),
        )
        await act.conclude("done", agent=turn.agent, found=len(findings.found))
    return findings


def passages_of(turn: Turn, findings: Findings) -> Iterator[Passage]:
    """What the answer may cite: the message it is about comes first."""
    first = 1
    if turn.about is not None and turn.about.text:
        by = turn.about.by or "somebody"
        yield Passage(first, ASKED_ABOUT, None, "", turn.about.text, said_by=by)
        first += 1
    for number, found in enumerate(findings.found, first):
        where = (found.document_id, found.first, found.last)
        place = (number, found.title, found.page, found.heading, found.text)
        yield Passage(*place, score=found.score, where=where)


async def recall_for(
    context: TenantContext, agent: Agent, question: Question, turn: Turn, asker: Asker | None
) -> tuple[str, ...]:
    """What the agent was asked to keep, as far as it goes into this place: like documents. What is
    about a person is for their own turns, where nobody else reads along; what is about the company, for
    places where everybody is of it."""
    if asker is None or not asker.sight.workspace:
        return ()
    place = question.place
    about = place.person_id if place.private and agent.reach == "all" else COMPANY
    return await recall(context, about=about, agent=agent.key, question=turn.question)


async def leaves_doubt(staff: Staff, turn: Turn, recalled: Recalled, findings: Findings) -> bool:
    """Whether nothing found surely answers. Asked for who quotes only: a model that reads judges itself."""
    if turn.about is not None or not staff.gateway.may_quote:
        return False
    history = _history(recalled)
    return await is_doubtful(staff.embedder, turn.question, findings, history)


def _history(recalled: Recalled) -> tuple[str, ...]:
    """What was asked before, as far as it helps to understand a question."""
    return tuple(asked for asked, _ in recalled.exchanges[-2:])
