"""Say what happens when agents want a tool, and who may say yes: for all of them, or for one."""

import json
from collections.abc import Mapping
from typing import Any

from core.agents import store
from core.agents.changes.put_profile import Change, is_done, put_body
from core.agents.changes.read_versions import find_body, kind_of
from core.agents.checking import Unfit
from core.agents.load_roster import read_roster
from core.agents.model import COMPANY
from core.agents.policies.model import ToolRules, ToolSetting, problems_of, rules_in
from core.agents.profile import to_body
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.gateway.tools.model import Tool
from core.kernel.errors import Conflict, NotFound

ACTION = "agents:policy:set"


async def set_policy(
    context: TenantContext,
    tool: Tool,
    setting: ToolSetting,
    *,
    key: str,
    version: int,
    actor: str,
    reference: str,
) -> int:
    """The version that says so now; no new one when it is so already. *key* is an agent's, or
    `company`; *version* is the one that was looked at. It counts from the next call on.

    Raises Unfit with words by field, NotFound, and Conflict when it was set otherwise meanwhile.
    """
    if found := problems_of(setting, tool):
        raise Unfit(found)
    change = Change(ACTION, actor, reference)
    async with context.db.transaction() as tx:
        await store.lock_profiles(tx)
        newest, body = await _newest(tx, key)
        if await is_done(tx, change):
            return newest
        rules = _readable(body)
        if rules.of(tool.name) == setting:
            return newest
        edited = _readable(json.loads(await find_body(tx, key, version)))
        if edited.of(tool.name) != rules.of(tool.name):
            raise Conflict(f"The policy of {tool.name} was changed by somebody else meanwhile.")
        kept = {**body, **rules.with_(tool.name, setting).to_body()}
        told = {
            "tool": tool.name,
            "rule": setting.rule or "unset",
            "approvers": setting.approval.approvers if setting.approval else "unset",
        }
        await put_body(context, tx, change, kind_of(key), key, newest + 1, kept, **told)
    return newest + 1


async def _newest(tx: Tx, key: str) -> tuple[int, dict[str, Any]]:
    """Version and body, of a ready profile too. Raises NotFound."""
    if key == COMPANY:
        number, body = await store.find_newest(tx, COMPANY, COMPANY) or (0, "{}")
        return number, json.loads(body)
    agent = (await read_roster(tx)).find(key)
    if agent is None or agent.key != key:
        raise NotFound("That agent is gone.")
    return agent.version, to_body(agent)


def _readable(body: Mapping[str, Any]) -> ToolRules:
    """What is set there; what nobody can read is not kept."""
    try:
        return rules_in(body)
    except (TypeError, ValueError):
        return ToolRules(is_readable=False)
