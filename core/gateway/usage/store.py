"""The statements of usage and budgets, one function each."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.db import sql
from core.db.transaction import Tx
from core.gateway.model import Usage
from core.gateway.usage.model import Period, Spending, Spent

SQL = sql.load("core.gateway.usage")


async def lock_company(tx: Tx) -> datetime:
    """Hold the tenant's accounts to the end of the transaction. Returns the database's time."""
    row = await tx.fetchrow(SQL["lock_company"])
    if row is None:
        await tx.execute(SQL["open_company"])
        row = await tx.fetchrow(SQL["lock_company"])
    assert row is not None
    now: datetime = row["now"]
    return now


async def find_company(tx: Tx) -> tuple[int, dict[str, Any]]:
    """(version, body) of the newest profile of the company; (0, {}) when there is none."""
    row = await tx.fetchrow(SQL["find_company"])
    body = json.loads(row["body"]) if row else {}
    return (int(row["version"]) if row else 0), body if isinstance(body, dict) else {}


async def put_company(tx: Tx, version: int, body: Mapping[str, Any], changed_by: str) -> None:
    await tx.execute(SQL["put_company"], version, json.dumps(dict(body), default=str), changed_by)


async def sum_spent(
    tx: Tx, person_id: str, agent: str, now: datetime, stale_seconds: float
) -> tuple[Spending, int]:
    """What the tenant, this person and this agent have spent, and how many reservations are stale."""
    spending, stale = Spending(now), 0
    for row in await tx.fetch(SQL["sum_spent"], person_id, agent, stale_seconds):
        spent = Spent(row["tokens"], row["micros"])
        stale += row["stale"]
        periods: tuple[Period, ...] = ("day", "month") if row["today"] else ("month",)
        for period in periods:
            spending.add("tenant", period, spent)
            if row["of_person"]:
                spending.add("person", period, spent)
            if row["of_agent"]:
                spending.add("agent", period, spent)
    return spending, stale


async def expire_reservations(tx: Tx, stale_seconds: float) -> int:
    return len(await tx.fetch(SQL["expire_reservations"], stale_seconds))


async def is_warned(tx: Tx, warning: str) -> bool:
    return bool(await tx.fetchval(SQL["is_warned"], warning))


async def put_reservation(
    tx: Tx,
    step_id: str,
    turn_id: str,
    name: str,
    agent: str,
    person_id: str,
    shown: str,
    detail: Mapping[str, Any],
    estimate: Usage,
    cost_micros: int,
) -> None:
    await tx.execute(
        SQL["put_reservation"],
        *(step_id, turn_id, name, agent, person_id, shown, json.dumps(dict(detail), default=str)),
        *(estimate.input_tokens, estimate.output_tokens, cost_micros),
    )


async def grow_reservation(tx: Tx, step_id: str, estimate: Usage, cost_micros: int) -> None:
    counts = (estimate.input_tokens, estimate.output_tokens, cost_micros)
    await tx.execute(SQL["grow_reservation"], step_id, *counts)


async def add_shown(tx: Tx, step_id: str, text: str) -> None:
    """The same call has shown more."""
    await tx.execute(SQL["add_shown"], step_id, text)


async def settle_reservation(
    tx: Tx,
    step_id: str,
    state: str,
    name: str,
    detail: Mapping[str, Any],
    usage: Usage,
    cost_micros: int,
) -> bool:
    """False when it is settled already, or gone."""
    told = json.dumps(dict(detail), default=str)
    counts = (usage.input_tokens, usage.output_tokens, cost_micros)
    return bool(await tx.fetchval(SQL["settle_reservation"], step_id, state, name, told, *counts))


async def list_spent(tx: Tx, person_id: str) -> list[tuple[str, str, bool, Spent]]:
    """(person, agent, whether of today, spent) of this month; of one person, or of all for ''."""
    rows = await tx.fetch(SQL["list_spent"], person_id)
    return [
        (row["person_id"], row["agent"], row["today"], Spent(row["tokens"], row["micros"]))
        for row in rows
    ]


async def list_shown(tx: Tx, turn_id: str) -> list[dict[str, Any]]:
    """The calls of models of a turn, oldest first."""
    rows = await tx.fetch(SQL["list_shown"], turn_id)
    return [{**row, "detail": json.loads(row["detail"])} for row in rows]


async def read_clock(tx: Tx) -> datetime:
    """The database's time."""
    row = await tx.fetchrow(SQL["read_clock"])
    assert row is not None
    now: datetime = row["now"]
    return now
