"""Limits, what was spent against them, and the words for both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

Scope = Literal["tenant", "person", "agent"]
Unit = Literal["tokens", "dollars"]
Period = Literal["day", "month"]

SCOPES: tuple[Scope, ...] = get_args(Scope)
UNITS: tuple[Unit, ...] = get_args(Unit)
PERIODS: tuple[Period, ...] = get_args(Period)

MICROS = 1_000_000  # millionths of a US dollar in one
MOST = {"tokens": 10**12, "dollars": 10**6 * MICROS}
WARN_AT = 0.8


@dataclass(frozen=True, slots=True)
class Limit:
    """So much in a day or a month (UTC). *amount* is tokens, or millionths of a US dollar. *key* is a
    person's or an agent's; empty means each of them. *trial* marks the operator's own."""

    scope: Scope
    unit: Unit
    period: Period
    amount: int
    key: str = ""
    trial: bool = False

    def covers(self, person_id: str, agent: str) -> bool:
        return self.key in ("", {"tenant": "", "person": person_id, "agent": agent}[self.scope])

    @property
    def name(self) -> str:
        """What it is told apart by, in rows and keys."""
        owner = "trial" if self.trial else self.scope
        return ":".join((owner, self.key, self.unit, self.period))


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens, and millionths of a US dollar; reservations that are open count as spent."""

    tokens: int = 0
    micros: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.tokens + other.tokens, self.micros + other.micros)

    def of(self, unit: Unit) -> int:
        return self.tokens if unit == "tokens" else self.micros


NOTHING = Spent()


@dataclass(slots=True)
class Spending:
    """What was spent today and this month, by scope, as seen by one person and one agent."""

    now: datetime
    spent: dict[tuple[Scope, Period], Spent] = field(default_factory=dict)

    def add(self, scope: Scope, period: Period, spent: Spent) -> None:
        self.spent[scope, period] = self.spent.get((scope, period), NOTHING) + spent

    def used(self, limit: Limit) -> int:
        return self.spent.get((limit.scope, limit.period), NOTHING).of(limit.unit)


def applying(limits: Iterable[Limit], person_id: str, agent: str) -> tuple[Limit, ...]:
    """Those that count for a call. One with a key stands in place of the one for each."""
    found: dict[tuple[bool, Scope, Unit, Period], Limit] = {}
    for limit in limits:
        place = (limit.trial, limit.scope, limit.unit, limit.period)
        if limit.covers(person_id, agent) and (limit.key or place not in found):
            found[place] = limit
    return tuple(found.values())


def read_limits(body: Mapping[str, Any]) -> tuple[Limit, ...]:
    """The limits in a company's profile. What is not of our form was not written by us and is
    passed over, not obeyed."""
    rows = body.get("budgets")
    found = (_read_limit(row) for row in rows) if isinstance(rows, list) else ()
    return tuple(limit for limit in found if limit)


def with_limit(limits: Iterable[Limit], new: Limit) -> tuple[Limit, ...]:
    return (*(each for each in limits if each.name != new.name), new)


def as_rows(limits: Iterable[Limit]) -> list[dict[str, Any]]:
    """As they lie in the profile."""
    return [
        {"scope": x.scope, "key": x.key, "unit": x.unit, "period": x.period, "amount": x.amount}
        for x in limits
    ]


def ends_at(period: Period, now: datetime) -> datetime:
    """When a period ends that *now* is in: the next midnight, or the next first of a month, UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "day":
        return midnight + timedelta(days=1)
    return (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)


def period_name(period: Period, now: datetime) -> str:
    """`2026-11-28`, or `2026-11`."""
    return now.astimezone(UTC).strftime("%Y-%m-%d" if period == "day" else "%Y-%m")


def amount_words(amount: int, unit: Unit) -> str:
    """`2.50 dollars`, `100,000 tokens`."""
    if unit == "tokens":
        return f"{amount:,} tokens"
    whole_cents = amount % 10_000 == 0 or amount >= MICROS
    dollars = f"{amount / MICROS:,.2f}" if whole_cents else f"{amount / MICROS:.6f}".rstrip("0")
    return f"{dollars} dollars"


def _read_limit(row: object) -> Limit | None:
    if not isinstance(row, dict):
        return None
    amount, key = row.get("amount"), row.get("key", "")
    scope = next((x for x in SCOPES if x == row.get("scope")), None)
    unit = next((x for x in UNITS if x == row.get("unit")), None)
    period = next((x for x in PERIODS if x == row.get("period")), None)
    if not (scope and unit and period and isinstance(key, str)):
        return None
    if type(amount) is not int or amount < 0:
        return None
    return Limit(scope, unit, period, amount, key)
