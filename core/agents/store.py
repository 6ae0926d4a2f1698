"""The statements of agents, one function each. Bodies of profiles come out as JSON text."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.agents.model import Chooser, ProfileKind
from core.db import sql
from core.db.transaction import Tx

SQL = sql.load("core.agents")


async def lock_profiles(tx: Tx) -> None:
    """Nobody else changes this tenant's roster until the transaction ends."""
    await tx.execute(SQL["lock_profiles"])


async def list_newest(tx: Tx) -> list[tuple[str, str, int, str]]:
    """(kind, key, version, body) of each profile as it now is."""
    rows = await tx.fetch(SQL["list_newest"])
    return [(row["kind"], row["key"], row["version"], row["body"]) for row in rows]


async def find_newest(tx: Tx, kind: ProfileKind, key: str) -> tuple[int, str] | None:
    """(version, body)"""
    row = await tx.fetchrow(SQL["find_newest"], kind, key)
    return (row["version"], row["body"]) if row else None


async def find_version(tx: Tx, kind: ProfileKind, key: str, version: int) -> str | None:
    row = await tx.fetchrow(SQL["find_version"], kind, key, version)
    return str(row["body"]) if row else None


async def list_versions(
    tx: Tx, kind: ProfileKind, key: str, limit: int
) -> list[tuple[int, str, datetime, str]]:
    """(version, who made it, when, body), newest first."""
    rows = await tx.fetch(SQL["list_versions"], kind, key, limit)
    return [(r["version"], r["changed_by"], r["changed_at"], r["body"]) for r in rows]


async def put_version(
    tx: Tx, kind: ProfileKind, key: str, version: int, profile: Mapping[str, Any], person_id: str
) -> None:
    """Raises UniqueViolationError when somebody else has made this version meanwhile."""
    body = json.dumps(profile, ensure_ascii=False)
    await tx.execute(SQL["put_version"], kind, key, version, body, person_id)


async def is_switched_off(tx: Tx, key: str) -> bool:
    """Whether an agent is off at this moment."""
    return bool(await tx.fetchval(SQL["is_switched_off"], key))


async def find_chooser(tx: Tx, person_id: str) -> Chooser:
    """Whom an agent is chosen for; without a record, somebody with no rights beyond asking."""
    row = await tx.fetchrow(SQL["find_chooser"], person_id)
    if row is None:
        return Chooser(person_id, administers=False)
    return Chooser(person_id, row["standing"] in ("owner", "admin"), row["default_agent"])


async def put_default_agent(tx: Tx, person_id: str, key: str) -> None:
    await tx.execute(SQL["put_default_agent"], person_id, key)


async def list_person_names(tx: Tx) -> list[str]:
    rows = await tx.fetch(SQL["list_person_names"])
    return [row["display_name"] for row in rows]
