"""A person's own default: who takes what they ask when nothing else decides."""

from core.agents import store
from core.agents.load_roster import read_roster
from core.db.tenant import TenantContext
from core.kernel.errors import NotFound, Refused


async def pick_default(context: TenantContext, person_id: str, key: str) -> None:
    """Keep the choice; an empty *key* takes it back. Raises NotFound, Refused."""
    async with context.db.transaction() as tx:
        if key:
            chooser = await store.find_chooser(tx, person_id)
            agent = (await read_roster(tx)).find(key)
            if agent is None or not agent.is_on:
                raise NotFound("That agent is not on the staff any more.")
            if not agent.is_open_to(chooser):
                raise Refused(f"{agent.name} is not open to you.")
        await store.put_default_agent(tx, person_id, key)
