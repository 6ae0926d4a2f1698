"""Say what a company asks of all its agents. Other settings stand in the same row, and stay."""

import json
from typing import Any

from core.agents import store
from core.agents.changes.put_profile import Change, is_done, put_body
from core.agents.changes.read_versions import find_body
from core.agents.checking import Unfit, problem_with_company, tidy
from core.agents.load_roster import instructions_in
from core.agents.model import COMPANY
from core.db.tenant import TenantContext
from core.kernel.errors import Conflict

ACTION = "agents:company:instruct"


async def instruct_company(
    context: TenantContext, text: str, *, version: int, actor: str, reference: str
) -> int:
    """The version that says so now. *version* is the one whose words were edited.

    Raises Unfit, and Conflict when those words are not the newest any more.
    """
    text = tidy(text)
    if problem := problem_with_company(text):
        raise Unfit({"instructions": problem})
    change = Change(ACTION, actor, reference)
    async with context.db.transaction() as tx:
        await store.lock_profiles(tx)
        number, body = await store.find_newest(tx, COMPANY, COMPANY) or (0, "{}")
        if await is_done(tx, change):
            return number
        edited = instructions_in(await find_body(tx, COMPANY, version))
        if edited != instructions_in(body):
            raise Conflict("These were changed by somebody else meanwhile.")
        kept: dict[str, Any] = json.loads(body)
        await put_body(
            context, tx, change, COMPANY, COMPANY, number + 1, {**kept, "instructions": text}
        )
    return number + 1


async def restore_instructions(
    context: TenantContext, number: int, *, actor: str, reference: str
) -> int:
    """Say again what version *number* said; the version that says so now. Raises NotFound."""
    async with context.db.transaction() as tx:
        text = instructions_in(await find_body(tx, COMPANY, number))
        newest, _ = await store.find_newest(tx, COMPANY, COMPANY) or (0, "{}")
    return await instruct_company(context, text, version=newest, actor=actor, reference=reference)
