"""Look something up in the documents, for a person and not for an agent's answer; audited like its search."""

from dataclasses import replace

from core.audit.attempt import attempt
from core.db.tenant import TenantContext
from core.knowledge.access.pick_document import pick_document
from core.knowledge.list_documents import list_documents
from core.knowledge.model import EVERYWHERE, Asker, Findings, Within
from core.knowledge.ports import Embedder
from core.knowledge.search import search

ACTION = "knowledge:documents:search"
MOST_FOUND = 5


async def look_up(
    context: TenantContext,
    embedder: Embedder | None,
    *,
    words: str,
    asker: Asker,
    reference: str,
    document: str = "",
    within: Within = EVERYWHERE,
) -> Findings:
    """At most MOST_FOUND passages about *words*, best first; with *document*, of that one alone. Raises
    what `pick_document` raises: what they may not see is not there."""
    given = context.fingerprint(words)
    async with attempt(
        context, ACTION, asker.person_id, reference=reference, arguments=given
    ) as act:
        if document:
            named = pick_document(await list_documents(context, asker=asker), document)
            within = replace(within, document_id=named.document_id)
        findings = await search(
            context, embedder, question=words, asker=asker, limit=MOST_FOUND, within=within
        )
        await act.conclude("done", found=len(findings.found))
    return findings
