"""Switch an agent off, or on again. What it is doing stops within seconds: a turn that runs looks at
the newest version as often as it looks for Stop, and one that waits looks before it begins."""

from core.agents import store
from core.agents.changes.put_profile import Change, is_done, put_agent
from core.agents.load_roster import read_roster
from core.agents.model import Agent
from core.agents.profile import to_body
from core.db.tenant import TenantContext
from core.kernel.errors import NotFound

ACTION = "agents:agent:switch"


async def switch_agent(
    context: TenantContext, key: str, *, on: bool, actor: str, reference: str
) -> Agent:
    """The agent as it now is; no new version when it is so already.

    Raises NotFound, and Invalid when it is the last one that is on.
    """
    change = Change(ACTION, actor, reference)
    async with context.db.transaction() as tx:
        await store.lock_profiles(tx)
        roster = await read_roster(tx)
        agent = roster.find(key)
        if agent is None:
            raise NotFound("There is no such agent.")
        if agent.is_on is on or await is_done(tx, change):
            return agent
        body = {**to_body(agent), "is_on": on}
        return await put_agent(context, tx, change, roster, agent.key, body, on=on)
