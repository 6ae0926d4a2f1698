"""The statements of tool calls, one function each. Times are the database's."""

import json
from collections.abc import Mapping
from typing import Any

import asyncpg

from core.db import sql
from core.db.transaction import Tx
from core.gateway.tools.steps import ToolStep

SQL = sql.load("core.gateway.tools")


async def put_step(tx: Tx, step: ToolStep) -> None:
    """Put a call on record before anything is decided about it."""
    await tx.execute(
        SQL["put_step"],
        *(step.step_id, step.turn_id, step.name, step.agent, step.person_id),
        *(step.arguments, step.digest, json.dumps(dict(step.detail))),
    )


async def list_steps(tx: Tx, turn_id: str) -> list[ToolStep]:
    """All calls of a turn, in their order."""
    return [_step(row) for row in await tx.fetch(SQL["list_steps"], turn_id)]


async def lock_step(tx: Tx, step_id: str) -> ToolStep | None:
    row = await tx.fetchrow(SQL["lock_step"], step_id)
    return _step(row) if row else None


async def ask_step(
    tx: Tx, step_id: str, shown: str, detail: Mapping[str, Any], expires_s: float
) -> None:
    await tx.execute(SQL["ask_step"], step_id, shown, json.dumps(dict(detail)), expires_s)


async def lock_waiting(tx: Tx, name: str, limit: int) -> list[ToolStep]:
    """Calls of one tool for which a yes still counts."""
    return [_step(row) for row in await tx.fetch(SQL["lock_waiting"], name, limit)]


async def list_due(tx: Tx, limit: int) -> list[ToolStep]:
    """Calls that have waited for half of their time or longer."""
    return [_step(row) for row in await tx.fetch(SQL["list_due"], limit)]


async def begin_step(tx: Tx, step_id: str, state: str) -> bool:
    """False when it is not in *state* any more: somebody else has begun it."""
    return bool(await tx.fetchval(SQL["begin_step"], step_id, state))


async def settle_step(tx: Tx, step_id: str, state: str, detail: Mapping[str, Any]) -> None:
    """What people have said to a call that waits."""
    await tx.execute(SQL["settle_step"], step_id, state, json.dumps(dict(detail)))


async def mark_told(tx: Tx, step_id: str) -> None:
    """The cards of a call say how it stands now."""
    await tx.execute(SQL["mark_told"], step_id)


async def end_step(
    tx: Tx, step_id: str, state: str, result: str, detail: Mapping[str, Any]
) -> None:
    await tx.execute(SQL["end_step"], step_id, state, result, json.dumps(dict(detail)))


def _step(row: asyncpg.Record) -> ToolStep:
    return ToolStep(**{**dict(row), "detail": json.loads(row["detail"])})
