"""The one way a version is made: one at a time for a tenant, numbered, and in the audit log."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from core.agents import store
from core.agents.checking import Unfit, clashes, problems_of
from core.agents.model import Agent, ProfileKind, Roster
from core.agents.profile import from_body
from core.audit import record as audit
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import Conflict, Invalid

AT_ONCE = (
    "Somebody else changed this in the same moment. Nothing of yours was kept; please try again."
)


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes what is kept, by which act; *reference* joins its rows in the log."""

    action: str
    actor: str
    reference: str


async def is_done(tx: Tx, change: Change) -> bool:
    """Whether an earlier try of the same event has made this change."""
    return await audit.is_recorded(tx, change.action, "done", change.reference)


async def put_agent(
    context: TenantContext,
    tx: Tx,
    change: Change,
    roster: Roster,
    key: str,
    body: Mapping[str, Any],
    **detail: str | int | bool,
) -> Agent:
    """The next version of an agent, checked against the others. The caller holds the lock.

    Raises Unfit, Invalid when it would switch the last agent off, Conflict.
    """
    found = problems_of(body)
    found = found or clashes(body, key, roster, await store.list_person_names(tx))
    if found:
        raise Unfit(found)
    others = [agent for agent in roster if agent.key != key]
    if body["is_on"] is False and not others:
        raise Invalid("At least one agent has to stay on, so that somebody answers.")
    known = roster.find(key)
    version = (known.version if known else 0) + 1
    await put_body(context, tx, change, "agent", key, version, body, **detail)
    return from_body(key, version, body)


async def put_body(
    context: TenantContext,
    tx: Tx,
    change: Change,
    kind: ProfileKind,
    key: str,
    version: int,
    body: Mapping[str, Any],
    **detail: str | int | bool,
) -> None:
    """The row of a version and the row in the log. Raises Conflict."""
    try:
        await store.put_version(tx, kind, key, version, body, change.actor)
    except asyncpg.UniqueViolationError:
        raise Conflict(AT_ONCE) from None
    await audit.record(
        tx,
        change.action,
        change.actor,
        outcome="done",
        reference=change.reference,
        arguments=context.fingerprint(json.dumps(body, sort_keys=True)),
        version=version,
        **({"agent": key} if kind == "agent" else {}),
        **detail,
    )
