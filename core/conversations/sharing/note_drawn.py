"""Note what an answer was made from, while that is known: sharing it asks for it later."""

from collections.abc import Iterable, Sequence

from core.conversations.model import DrewOn, Place, Turn
from core.db.tenant import TenantContext
from core.gateway.model import AgentTurn
from core.gateway.tools.steps import ToolStep
from core.knowledge.list_documents import list_documents
from core.knowledge.model import Asker, Findings
from core.memory.model import COMPANY
from core.memory.recall import recall

# Tools that tell every member the same, and those that look into the asker's own documents too.
# Whatever another one returned is taken for the asker's.
_SAME_FOR_ALL = frozenset({"current_time", "who_is_who"})
_INTO_DOCUMENTS = frozenset({"search_knowledge", "read_document"})


async def note_drawn(
    context: TenantContext,
    turn: Turn,
    place: Place,
    asked: AgentTurn,
    findings: Findings,
    steps: Iterable[ToolStep],
) -> DrewOn | None:
    """None for an answer that others read anyway, or that was asked from nowhere else."""
    if turn.about is None or not place.private:
        return None
    used = {step.name for step in steps} - _SAME_FOR_ALL
    own = bool(asked.thread or asked.summary or used - _INTO_DOCUMENTS)
    own = own or (bool(used) and await _keeps_documents(context, place.person_id))
    own = own or (bool(asked.memory) and await _is_told_more(context, turn, asked.memory))
    documents = dict.fromkeys(finding.document_id for finding in findings.found)
    return DrewOn(tuple(documents), own)


async def _keeps_documents(context: TenantContext, person_id: str) -> bool:
    listed = await list_documents(context, asker=Asker(person_id, private=True))
    return any(document.scope == "person" for document in listed)


async def _is_told_more(context: TenantContext, turn: Turn, memory: Sequence[str]) -> bool:
    """Whether it was told more than what is kept about the company."""
    everybodys = await recall(context, about=COMPANY, agent=turn.agent, question=turn.question)
    return not set(memory) <= set(everybodys)
