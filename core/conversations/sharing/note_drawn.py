"""Note what an answer was made from, while that is known: sharing it asks for it later."""

from collections.abc import Iterable, Sequence

from core.conversations.model import DrewOn, Place, Turn
from core.db.tenant import TenantContext
from core.gateway.model import AgentTurn
from core.gateway.tools.steps import ToolStep
from core.knowledge.access.find_asker import find_asker
from core.knowledge.list_documents import list_documents
from core.knowledge.model import Findings
from core.memory.model import COMPANY
from core.memory.recall import recall
from core.tenancy.membership.readers import Readers

# Tools that tell every member the same, and those that look into the asker's own documents too.
# Whatever another one returned is taken for the asker's.
_SAME_FOR_ALL = frozenset({"current_time", "who_is_who"})
_INTO_DOCUMENTS = frozenset({"search_knowledge", "read_document"})


async def note_drawn(
    context: TenantContext,
    readers: Readers,
    turn: Turn,
    place: Place,
    asked: AgentTurn,
    findings: Findings,
    steps: Iterable[ToolStep],
) -> DrewOn | None:
    """None for an answer that others read anyway, with all there is, or that was asked from nowhere
    else. Of one that others read only how much was withheld is noted: it is nothing to share."""
    rows = tuple(steps)
    if not place.private:
        withheld = len(left_out_of(findings, rows))
        return DrewOn(own=True, withheld=withheld) if withheld else None
    if turn.about is None:
        return None
    used = {step.name for step in rows} - _SAME_FOR_ALL
    own = bool(asked.thread or asked.summary or used - _INTO_DOCUMENTS)
    own = own or (bool(used) and await _sees_more(context, readers, place.person_id))
    own = own or (bool(asked.memory) and await _is_told_more(context, turn, asked.memory))
    documents = {finding.document_id for finding in findings.found}
    read = documents.union(*(step.noted("documents") for step in rows))
    looked = bool(used & _INTO_DOCUMENTS)
    # What is theirs alone is shared with nobody, so that nothing of it is noted.
    facts = () if own else tuple(sorted(context.fingerprint(line) for line in asked.memory))
    return DrewOn(tuple(sorted(read)), own, looked, company=bool(asked.memory), facts=facts)


def left_out_of(findings: Findings, steps: Iterable[ToolStep]) -> frozenset[str]:
    """The documents that were withheld, whether they were looked for or a tool has searched."""
    return findings.left_out.union(*(step.noted("left_out") for step in steps))


async def _sees_more(context: TenantContext, readers: Readers, person_id: str) -> bool:
    """Whether a tool may have shown them more than the workspace's documents."""
    asker = await find_asker(context, readers, person_id=person_id, private=True)
    listed = await list_documents(context, asker=asker)
    return any(document.scope != "workspace" for document in listed)


async def _is_told_more(context: TenantContext, turn: Turn, memory: Sequence[str]) -> bool:
    """Whether it was told more than what is kept about the company."""
    everybodys = await recall(context, about=COMPANY, agent=turn.agent, question=turn.question)
    return not set(memory) <= set(everybodys)
