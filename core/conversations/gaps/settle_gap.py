"""Tell the admins of a question of one's own; dismiss what was seen to."""

from core.audit import record as audit
from core.conversations.gaps import store
from core.conversations.gaps.list_gaps import MOST_GROUPED
from core.conversations.gaps.model import Lack, lacks
from core.db.tenant import TenantContext
from core.kernel.errors import NotFound

TELL = "conversations:gap:tell"
DISMISS = "conversations:gap:dismiss"
GONE = "That question is no longer open."


async def tell_admins(context: TenantContext, turn_id: str, *, person_id: str) -> str:
    """Let admins read what this person has asked in private: the question, wherever they asked it. Told
    twice is told. Raises NotFound, also for somebody else's."""
    async with context.db.transaction() as tx:
        told = await store.tell_gap(tx, turn_id, person_id)
        if told is None:
            raise NotFound(GONE)
        question, count = told
        await audit.record(tx, TELL, person_id, outcome="done", reference=turn_id, count=count)
    return question


async def dismiss_lack(context: TenantContext, turn_id: str, *, person_id: str) -> Lack:
    """Dismiss that question and those like it; the caller has checked who may. Raises NotFound."""
    async with context.db.transaction() as tx:
        listed = lacks(await store.list_gaps(tx, MOST_GROUPED))
        found = next((lack for lack in listed if lack.has(turn_id)), None)
        if found is None:
            raise NotFound(GONE)
        await store.dismiss_gaps(tx, [gap.turn_id for gap in found.gaps])
        await audit.record(
            tx, DISMISS, person_id, outcome="done", reference=turn_id, count=len(found.gaps)
        )
    return found
