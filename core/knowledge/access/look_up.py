"""Look something up in the documents, for a person and not for an agent's answer; audited like its search."""

from core.audit.attempt import attempt
from core.db.tenant import TenantContext
from core.knowledge.model import Asker, Finding
from core.knowledge.ports import Embedder
from core.knowledge.search import search

ACTION = "knowledge:documents:search"
MOST_FOUND = 5


async def look_up(
    context: TenantContext, embedder: Embedder | None, *, words: str, asker: Asker, reference: str
) -> tuple[Finding, ...]:
    """At most MOST_FOUND passages about *words*, best first."""
    given = context.fingerprint(words)
    async with attempt(
        context, ACTION, asker.person_id, reference=reference, arguments=given
    ) as act:
        findings = await search(context, embedder, question=words, asker=asker, limit=MOST_FOUND)
        await act.conclude("done", found=len(findings.found))
    return findings.found
