"""What was spent today and this month, and what is left: one's own, or for admins everybody's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.audit import record as audit
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.gateway.usage import store
from core.gateway.usage.model import NOTHING, Limit, Period, Spending, Spent, applying, read_limits
from core.tenancy.model import Person

READ = "gateway:usage:read"


@dataclass(frozen=True, slots=True)
class Used:
    """Of a tenant, a person or an agent."""

    day: Spent = NOTHING
    month: Spent = NOTHING


@dataclass(frozen=True, slots=True)
class Left:
    """A limit that counts for the asker, and how much of it is used (tokens or millionths)."""

    limit: Limit
    used: int


@dataclass(frozen=True, slots=True)
class UsagePage:
    """*tenant*, *persons* and *agents* are for admins only: None and empty for a member."""

    now: datetime
    own: Used
    left: tuple[Left, ...]
    limits: tuple[Limit, ...] = ()
    tenant: Used | None = None
    persons: Mapping[str, Used] | None = None
    agents: Mapping[str, Used] | None = None


async def list_usage(
    context: TenantContext, person: Person, *, trial: tuple[Limit, ...] = (), reference: str = ""
) -> UsagePage:
    """A member sees their own use and their limits; an admin all of it, which is audited."""
    async with context.db.transaction() as tx:
        if person.may_administer:
            await audit.record(tx, READ, person.person_id, outcome="done", reference=reference)
        return await _read(tx, person, trial, everybodys=person.may_administer)


async def list_own_usage(
    context: TenantContext, person: Person, *, trial: tuple[Limit, ...] = ()
) -> UsagePage:
    """What a member sees, for anybody: no look at what others use, so it is not audited."""
    async with context.db.transaction() as tx:
        return await _read(tx, person, trial, everybodys=False)


async def _read(tx: Tx, person: Person, trial: tuple[Limit, ...], *, everybodys: bool) -> UsagePage:
    now = await store.read_clock(tx)
    _, body = await store.find_company(tx)
    rows = await store.list_spent(tx, "")
    limits = read_limits(body)
    persons, agents = _by(rows, 0), _by(rows, 1)
    tenant = _by([("", "", today, spent) for _, _, today, spent in rows], 0).get("", Used())
    own = persons.get(person.person_id, Used())
    spending = _spending(now, tenant, own)
    counting = applying((*limits, *trial), person.person_id, "")
    left = tuple(Left(x, spending.used(x)) for x in counting if x.scope != "agent")
    if not everybodys:
        return UsagePage(now, own, left)
    return UsagePage(now, own, left, (*limits, *trial), tenant, persons, agents)


def _spending(now: datetime, tenant: Used, own: Used) -> Spending:
    spending = Spending(now)
    for scope, used in (("tenant", tenant), ("person", own)):
        periods: tuple[tuple[Period, Spent], ...] = (("day", used.day), ("month", used.month))
        for period, spent in periods:
            spending.add("tenant" if scope == "tenant" else "person", period, spent)
    return spending


def _by(rows: list[tuple[str, str, bool, Spent]], column: int) -> dict[str, Used]:
    """Those who spent most this month first."""
    found: dict[str, Used] = {}
    for row in rows:
        used, spent = found.get(str(row[column]), Used()), row[3]
        day = used.day + spent if row[2] else used.day
        found[str(row[column])] = Used(day, used.month + spent)
    return dict(sorted(found.items(), key=lambda item: -item[1].month.micros))
