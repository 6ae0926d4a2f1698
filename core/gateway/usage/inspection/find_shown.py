"""What did the model see? For admins and owners, and on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.audit.attempt import attempt
from core.audit.record import record
from core.db.tenant import TenantContext
from core.gateway.usage import store
from core.kernel.errors import NotFound, Refused
from core.tenancy.model import Person

READ = "gateway:prompt:read"


@dataclass(frozen=True, slots=True)
class ShownPrompt:
    """One call of a model. *text* is empty once retention has taken it; *detail* says provider, stop
    reason, failovers, milliseconds and the sizes of the prompt's sections."""

    step_id: str
    model: str
    agent: str
    person_id: str
    state: str
    text: str
    detail: Mapping[str, Any]
    input_tokens: int
    output_tokens: int
    cost_micros: int
    begun_at: datetime


async def find_shown(
    context: TenantContext, turn_id: str, *, person: Person, reference: str
) -> tuple[ShownPrompt, ...]:
    """The turn's calls, oldest first. Raises Refused for who is no admin, and NotFound; audited."""
    if not person.may_administer:
        async with context.db.transaction() as tx:
            await record(tx, READ, person.person_id, outcome="refused", reference=reference)
        raise Refused("What a model was shown is for admins and owners to see.")
    async with attempt(
        context, READ, person.person_id, reference=reference, turn=turn_id
    ) as reading:
        async with context.db.transaction() as tx:
            rows = await store.list_shown(tx, turn_id)
        if not rows:
            raise NotFound("Nothing is kept of what a model was shown for that answer.")
        await reading.conclude("done", turn=turn_id, calls=len(rows))
    return tuple(ShownPrompt(model=row.pop("name"), text=row.pop("shown"), **row) for row in rows)
