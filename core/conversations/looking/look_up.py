"""What the documents hold on a question, and what the agent was asked to keep: as far as it goes there."""

from collections.abc import Iterator
from dataclasses import replace

from core.agents.model import Agent, Reach
from core.audit.attempt import attempt
from core.conversations.model import Question, Turn
from core.conversations.threads.store import Recalled
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.gateway.model import Passage
from core.knowledge.model import Asker, Findings
from core.knowledge.ports import Embedder
from core.knowledge.ranking.second_look import is_doubtful
from core.knowledge.search import search_about
from core.memory.model import COMPANY
from core.memory.recall import recall

ASKED_ABOUT = "The message asked about"


async def look_up(
    context: TenantContext,
    embedder: Embedder | None,
    question: Question,
    turn: Turn,
    recalled: Recalled,
    reach: Reach,
) -> Findings:
    """Search the knowledge base: a tool call, so its audit row is committed before it runs."""
    if reach == "none":
        return Findings((), withheld=0, lexical_only=False)
    place = question.place
    async with attempt(
        context,
        "knowledge:documents:search",
        place.person_id,
        reference=turn.turn_id,
        arguments=context.fingerprint(turn.question),
        agent=turn.agent,
    ) as act:
        findings = await search_about(
            context,
            embedder,
            question=turn.question,
            asker=Asker(place.person_id, private=place.private and reach == "all"),
            said=turn.about.text if turn.about else "",
            history=_history(recalled),
        )
        await act.conclude("done", agent=turn.agent, found=len(findings.found))
    # What the agent never looks into is not withheld because of who reads along.
    return findings if reach == "all" else replace(findings, withheld=0)


def passages_of(turn: Turn, findings: Findings) -> Iterator[Passage]:
    """What the answer may cite: the message it is about comes first."""
    first = 1
    if turn.about is not None and turn.about.text:
        by = turn.about.by or "somebody"
        yield Passage(first, ASKED_ABOUT, None, "", turn.about.text, said_by=by)
        first += 1
    for number, found in enumerate(findings.found, first):
        yield Passage(number, found.title, found.page, found.heading, found.text)


async def recall_for(
    context: TenantContext, agent: Agent, question: Question, turn: Turn
) -> tuple[str, ...]:
    """What the agent was asked to keep, as far as it goes into this place: like documents. What is
    about a person is for their own turns, where nobody else reads along."""
    if agent.reach == "none":
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
