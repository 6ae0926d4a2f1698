"""Take a change back: an earlier version's content becomes the newest version."""

import json

from core.agents import store
from core.agents.changes.put_profile import Change, is_done, put_agent
from core.agents.changes.read_versions import find_body
from core.agents.load_roster import read_roster
from core.agents.model import Agent
from core.agents.profile import from_body, to_body
from core.db.tenant import TenantContext
from core.kernel.errors import Invalid, NotFound

ACTION = "agents:agent:restore"


async def restore_version(
    context: TenantContext, key: str, number: int, *, actor: str, reference: str
) -> Agent:
    """The agent as it now is: a new version with the content of version *number*, on or off as it
    is now. Version 0 is the profile that comes with the product.

    Raises NotFound, and Unfit when another agent has taken one of its words meanwhile.
    """
    change = Change(ACTION, actor, reference)
    async with context.db.transaction() as tx:
        await store.lock_profiles(tx)
        roster = await read_roster(tx)
        agent = roster.find(key)
        if agent is None:
            raise NotFound("There is no such agent.")
        if await is_done(tx, change):
            return agent
        try:
            old = from_body(agent.key, number, json.loads(await find_body(tx, agent.key, number)))
        except (KeyError, TypeError, ValueError):
            raise Invalid(f"Version {number} cannot be read any more.") from None
        body = {**to_body(old), "is_on": agent.is_on}
        return await put_agent(context, tx, change, roster, agent.key, body, restored=number)
