"""What is kept about a workspace: how much of it, and for how long."""

from dataclasses import dataclass

from core.audit.record import record
from core.db.tenant import TenantContext
from core.lifecycle.model import Kept
from core.lifecycle.privacy import store
from core.lifecycle.retention import list_retention

ACTION = "lifecycle:privacy:read"


@dataclass(frozen=True, slots=True)
class DataReview:
    """*counts* is by kind of thing, *kept* by class of data with a time of its own."""

    kept: list[Kept]
    counts: dict[str, int]


async def review_data(context: TenantContext, *, actor: str, reference: str) -> DataReview:
    """Counts alone, no content; who looked is in the log."""
    kept = await list_retention(context)
    async with context.db.transaction() as tx:
        counts = await store.count_rows(tx)
        await record(tx, ACTION, actor, outcome="done", reference=reference)
    return DataReview(kept, counts)
