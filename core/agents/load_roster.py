"""The roster of one tenant: the ready profiles, and over them what the tenant has made of them.

Read anew each time: a change counts in every process from its commit on, and nothing has to be told.
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import replace

from core.agents import store
from core.agents.model import COMPANY, Agent, Chooser, Roster
from core.agents.policies.model import NOTHING_SET, company_rules
from core.agents.profile import from_body
from core.agents.ready_roster import ready_roster
from core.db.tenant import TenantContext
from core.db.transaction import Tx

log = logging.getLogger(__name__)


async def load_roster(context: TenantContext) -> Roster:
    """The tenant's agents as they are now."""
    async with context.db.transaction() as tx:
        return await read_roster(tx)


async def load_roster_for(context: TenantContext, person_id: str) -> tuple[Roster, Chooser]:
    """The same, with what is known of a person who asks."""
    async with context.db.transaction() as tx:
        return await read_roster(tx), await store.find_chooser(tx, person_id)


async def read_roster(tx: Tx) -> Roster:
    """For whoever is in a transaction already. Never fails over what it finds: a profile that
    cannot be read is left out, or is the ready one again."""
    own: dict[str, Agent] = {}
    company, company_version, tool_rules = "", 0, NOTHING_SET
    for kind, key, version, body in await store.list_newest(tx):
        if kind == COMPANY:
            company, company_version = instructions_in(body), version
            tool_rules = company_rules(body)
            continue
        try:
            own[key] = from_body(key, version, json.loads(body))
        except (KeyError, TypeError, ValueError):
            log.warning("a profile cannot be read, and is left out", extra={"agent": key})
    ready = [own.pop(agent.key, agent) for agent in ready_roster().everyone]
    everyone = _distinct([*ready, *own.values()])
    return Roster(everyone, company, company_version, tool_rules)


def instructions_in(body: str) -> str:
    """What a company's body asks of all agents; other things may stand in it."""
    found = json.loads(body)
    text = found.get("instructions") if isinstance(found, dict) else None
    return text if isinstance(text, str) else ""


def _distinct(agents: Iterable[Agent]) -> tuple[Agent, ...]:
    """Agents no two of which answer to one word: a later one gives way. A newer product may bring a
    word that a tenant has given to its own agent."""
    taken: set[str] = set()
    kept: list[Agent] = []
    for agent in agents:
        free = tuple(word for word in agent.also if word.casefold() not in taken)
        agent = replace(agent, also=free)
        words = set(agent.words())
        if words & taken:
            log.warning("an agent's name is taken, so it is left out", extra={"agent": agent.key})
            continue
        taken |= words
        kept.append(agent)
    return tuple(kept)
