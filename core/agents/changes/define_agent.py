"""Make an agent, or change one. What was edited must still be what counts."""

from collections.abc import Mapping
from typing import Any

from core.agents import store
from core.agents.changes.put_profile import Change, is_done, put_agent
from core.agents.load_roster import read_roster
from core.agents.model import Agent
from core.agents.profile import NEW, to_body
from core.db.tenant import TenantContext
from core.kernel.errors import Conflict, NotFound

ACTION = "agents:agent:define"


async def define_agent(
    context: TenantContext,
    body: Mapping[str, Any],
    *,
    key: str | None,
    version: int,
    actor: str,
    reference: str,
) -> Agent:
    """The agent as it now is. *key* None makes a new one; *version* is the one that was edited.

    Fields that *body* lacks stay as they are. A second call with the same reference changes nothing.
    Raises Unfit with words by field, NotFound, and Conflict when it has another version by now.
    """
    change = Change(ACTION, actor, reference)
    # By the reference, so that a second try of the same event finds the agent of the first.
    own_key = key or f"agent_{context.fingerprint(reference)[:12]}"
    async with context.db.transaction() as tx:
        await store.lock_profiles(tx)
        roster = await read_roster(tx)
        agent = roster.find(own_key)
        if agent is not None and await is_done(tx, change):
            return agent
        if key is not None and agent is None:
            raise NotFound("That agent is gone.")
        if agent is not None and agent.version != version:
            raise Conflict(
                f"{agent.name} was changed by somebody else meanwhile: there is a version "
                f"{agent.version} now."
            )
        kept = dict(to_body(agent) if agent else NEW)
        if body.get("icon_emoji", kept["icon_emoji"]) != kept["icon_emoji"]:
            kept.pop("icon", None)  # the picture of the earlier one
        return await put_agent(context, tx, change, roster, own_key, {**kept, **body})
