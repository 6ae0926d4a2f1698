"""Set a limit, or take it away: in the company's profile, as a new version of it."""

from core.audit import record as audit
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.gateway.usage import store
from core.gateway.usage.model import (
    MOST,
    Limit,
    Period,
    Scope,
    Unit,
    amount_words,
    as_rows,
    read_limits,
    with_limit,
)
from core.kernel.errors import Invalid, NotFound, Refused
from core.tenancy.model import Person

CHANGE = "gateway:budget:change"
MOST_LIMITS = 500


async def list_budgets(context: TenantContext) -> tuple[Limit, ...]:
    """The limits that the company has set for itself."""
    async with context.db.transaction() as tx:
        _, body = await store.find_company(tx)
    return read_limits(body)


async def set_budget(
    context: TenantContext, limit: Limit, *, person: Person, reference: str
) -> None:
    """From the next call on. For admins and owners. Raises Refused and Invalid; audited."""
    _admit(person)
    if not 0 < limit.amount <= MOST[limit.unit]:
        most = amount_words(MOST[limit.unit], limit.unit)
        raise Invalid(f"A budget is more than nothing and at most {most}.")
    async with context.db.transaction() as tx:
        await store.lock_company(tx)
        if await audit.is_recorded(tx, CHANGE, "done", reference):
            return  # by an earlier try of the same command
        version, body = await store.find_company(tx)
        limits = with_limit(read_limits(body), limit)
        if len(limits) > MOST_LIMITS:
            raise Invalid(f"There are {MOST_LIMITS} budgets already. Clear some first.")
        body = {**body, "budgets": as_rows(limits)}
        await store.put_company(tx, version + 1, body, person.person_id)
        await _note(tx, person, reference, limit.name, limit.amount)


async def clear_budget(
    context: TenantContext,
    scope: Scope,
    key: str = "",
    unit: Unit | None = None,
    period: Period | None = None,
    *,
    person: Person,
    reference: str,
) -> int:
    """How many limits went; 0 when an earlier try of the same command has taken them away. Raises
    NotFound when there was none, and Refused; audited."""
    _admit(person)
    async with context.db.transaction() as tx:
        await store.lock_company(tx)
        if await audit.is_recorded(tx, CHANGE, "done", reference):
            return 0
        version, body = await store.find_company(tx)
        limits = read_limits(body)
        gone = [
            limit
            for limit in limits
            if (limit.scope, limit.key) == (scope, key)
            and unit in (None, limit.unit)
            and period in (None, limit.period)
        ]
        if not gone:
            raise NotFound("There is no such budget to clear.")
        kept = as_rows(limit for limit in limits if limit not in gone)
        await store.put_company(tx, version + 1, {**body, "budgets": kept}, person.person_id)
        for limit in gone:
            await _note(tx, person, reference, limit.name, None)
    return len(gone)


def _admit(person: Person) -> None:
    if not person.may_administer:
        raise Refused("Budgets are for admins and owners to set.")


async def _note(tx: Tx, person: Person, reference: str, limit: str, amount: int | None) -> None:
    await audit.record(
        tx,
        CHANGE,
        person.person_id,
        outcome="done",
        reference=reference,
        limit=limit,
        amount=amount,
    )
