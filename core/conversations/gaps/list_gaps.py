"""What the documents lack, for admins; and for a person, what they have asked in vain in private."""

from dataclasses import dataclass

from core.audit import record as audit
from core.conversations.gaps import store
from core.conversations.gaps.model import Gap, Lack, lacks
from core.db.tenant import TenantContext

ACTION = "conversations:gaps:read"
MOST_GROUPED = 500
MOST_OWN = 5


@dataclass(frozen=True, slots=True)
class Gaps:
    """*untold* counts what was asked where not everybody can look: nobody reads that but who asked."""

    lacks: tuple[Lack, ...]
    untold: int


async def list_gaps(context: TenantContext, *, person_id: str, reference: str) -> Gaps:
    """The caller has checked that this person may see them. That they were read is on record; raises
    AuditUnwritable where it cannot be."""
    async with context.db.transaction() as tx:
        found = await store.list_gaps(tx, MOST_GROUPED)
        untold = await store.count_untold(tx)
        await audit.record(
            tx, ACTION, person_id, outcome="done", reference=reference, questions=len(found)
        )
    return Gaps(tuple(lacks(found)), untold)


async def list_own(context: TenantContext, person_id: str) -> list[Gap]:
    async with context.db.transaction() as tx:
        return await store.list_own(tx, person_id, MOST_OWN)
