"""What an agent was before: its versions, and what lies between two of them."""

import json
from typing import Any

from core.agents import store
from core.agents.load_roster import instructions_in
from core.agents.model import COMPANY, ProfileKind, Version
from core.agents.policies.model import company_rules, lines_of
from core.agents.profile import as_lines, differences, to_body
from core.agents.ready_roster import ready_roster
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import NotFound

MOST_LISTED = 20


async def list_versions(
    context: TenantContext, key: str, *, limit: int = MOST_LISTED
) -> tuple[Version, ...]:
    """Newest first. *key* is an agent's, or `company`. Of a ready agent the last is version 0."""
    async with context.db.transaction() as tx:
        rows = await store.list_versions(tx, kind_of(key), key, limit)
    found = [
        Version(number, changed_by, changed_at, _lines(key, body))
        for number, changed_by, changed_at, body in rows
    ]
    ready = _ready_body(key)
    if ready is not None and len(found) < limit:
        found.append(Version(0, "", None, as_lines(ready)))
    return tuple(found)


async def diff_versions(
    context: TenantContext, key: str, before: int, after: int
) -> tuple[str, ...]:
    """The lines that went (`- …`) and came (`+ …`) from one version to another; none when they are
    the same. Raises NotFound."""
    async with context.db.transaction() as tx:
        old, new = [_lines(key, await find_body(tx, key, number)) for number in (before, after)]
    return differences(old, new)


async def find_body(tx: Tx, key: str, number: int) -> str:
    """The body of one version, as JSON text. Raises NotFound."""
    ready = _ready_body(key) if number == 0 else None
    if ready is not None:
        return json.dumps(ready)
    body = await store.find_version(tx, kind_of(key), key, number)
    if body is None:
        raise NotFound(f"There is no version {number} of that.")
    return body


def kind_of(key: str) -> ProfileKind:
    return COMPANY if key == COMPANY else "agent"


def _lines(key: str, body: str) -> tuple[str, ...]:
    if key == COMPANY:
        said = [line for line in instructions_in(body).split("\n") if line.strip()]
        return (*said, *lines_of(company_rules(body)))
    found = json.loads(body)
    return as_lines(found) if isinstance(found, dict) else ()


def _ready_body(key: str) -> dict[str, Any] | None:
    if key == COMPANY:
        return {}
    agent = next((agent for agent in ready_roster().everyone if agent.key == key), None)
    return to_body(agent) if agent else None
