"""What can be done to agents, whether it was typed or pressed: each act ends in words, or in a form."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from core.agents.changes.define_agent import ACTION as DEFINE
from core.agents.changes.instruct_company import ACTION as INSTRUCT
from core.agents.changes.instruct_company import restore_instructions
from core.agents.changes.read_versions import diff_versions, list_versions
from core.agents.changes.restore_version import ACTION as RESTORE
from core.agents.changes.restore_version import restore_version
from core.agents.changes.switch_agent import ACTION as SWITCH
from core.agents.changes.switch_agent import switch_agent
from core.agents.load_roster import load_roster
from core.agents.model import COMPANY
from core.agents.profile import NEW, to_body
from core.db.tenant import TenantContext
from core.kernel.errors import Invalid, NotFound
from core.services import Services
from handlers.blocks.agents.company import company_form
from handlers.blocks.agents.form import agent_form
from handlers.blocks.agents.lists import switched
from handlers.blocks.agents.versions import diff_page, restored, versions_page
from handlers.blocks.rendered import Rendered

COMPANY_NAME = "Company instructions"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An act on an agent (by key, or `company`), by an admin. *numbers* are versions."""

    tenant: TenantContext
    person_id: str
    reference: str
    trigger_id: str
    key: str = ""
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """*action* is the row of the log when a member tries it."""

    action: str
    effect: Callable[[Services, Wanted], Awaitable[Rendered | None]]


async def _new(services: Services, wanted: Wanted) -> None:
    form = agent_form(
        NEW,
        key=None,
        version=0,
        tools=services.tool_names,
        always_asking=services.always_asking,
    )
    await services.screens.open_modal(wanted.tenant, wanted.trigger_id, form)


async def _edit(services: Services, wanted: Wanted) -> None:
    agent = (await load_roster(wanted.tenant)).find(wanted.key)
    if agent is None:
        raise NotFound("That agent is gone.")
    form = agent_form(
        to_body(agent),
        key=agent.key,
        version=agent.version,
        tools=services.tool_names,
        always_asking=services.always_asking,
    )
    await services.screens.open_modal(wanted.tenant, wanted.trigger_id, form)


async def _company(services: Services, wanted: Wanted) -> None:
    roster = await load_roster(wanted.tenant)
    form = company_form(roster.company, version=roster.company_version)
    await services.screens.open_modal(wanted.tenant, wanted.trigger_id, form)


async def _versions(services: Services, wanted: Wanted) -> Rendered:
    found = await list_versions(wanted.tenant, wanted.key)
    return versions_page(await _name(wanted), wanted.key, found)


async def _diff(services: Services, wanted: Wanted) -> Rendered:
    if len(wanted.numbers) != 2:
        raise Invalid("Please name two versions, as in /aegis agents diff finance 1 2")
    before, after = wanted.numbers
    lines = await diff_versions(wanted.tenant, wanted.key, before, after)
    return diff_page(await _name(wanted), before, after, lines)


async def _restore(services: Services, wanted: Wanted) -> Rendered:
    if len(wanted.numbers) != 1:
        raise Invalid("Please name one version, as in /aegis agents restore finance 1")
    [number] = wanted.numbers
    who = {"actor": wanted.person_id, "reference": wanted.reference}
    if wanted.key == COMPANY:
        version = await restore_instructions(wanted.tenant, number, **who)
        return restored(COMPANY_NAME, number, version)
    agent = await restore_version(wanted.tenant, wanted.key, number, **who)
    return restored(agent.name, number, agent.version)


async def _switch(wanted: Wanted, *, on: bool) -> Rendered:
    return switched(
        await switch_agent(
            wanted.tenant,
            wanted.key,
            on=on,
            actor=wanted.person_id,
            reference=wanted.reference,
        )
    )


async def _off(services: Services, wanted: Wanted) -> Rendered:
    return await _switch(wanted, on=False)


async def _on(services: Services, wanted: Wanted) -> Rendered:
    return await _switch(wanted, on=True)


async def _name(wanted: Wanted) -> str:
    if wanted.key == COMPANY:
        return COMPANY_NAME
    agent = (await load_roster(wanted.tenant)).find(wanted.key)
    return agent.name if agent else wanted.key


# By the word that is typed after `/aegis agents`.
ACTS: Mapping[str, Act] = {
    "new": Act(DEFINE, _new),
    "edit": Act(DEFINE, _edit),
    "off": Act(SWITCH, _off),
    "on": Act(SWITCH, _on),
    "versions": Act(DEFINE, _versions),
    "diff": Act(DEFINE, _diff),
    "restore": Act(RESTORE, _restore),
    "company": Act(INSTRUCT, _company),
}
