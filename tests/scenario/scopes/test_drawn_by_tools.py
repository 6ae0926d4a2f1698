"""What tools have read counts like what was looked up: what is left out is said, and what was taken
is looked at again before others are shown it."""

import json
from contextlib import asynccontextmanager

import pytest

from core.conversations.sharing.model import CHANGED, NOT_THEIRS
from core.conversations.sharing.share_answer import find_shareable
from core.kernel.errors import DomainError
from core.knowledge.forget_document import forget_document
from core.memory.keep_memory import Proposal, keep_memory
from core.memory.model import COMPANY
from core.tenancy.model import Person
from core.tenancy.store import put_person
from handlers.blocks.answers.asking import ASK_ABOUT, ASK_FORM
from tests.scenario.agents.forms import filled_in
from tests.scenario.agents.seen import comes_in
from tests.scenario.scopes.conftest import HANDBOOK, STIPEND, acting
from tests.scenario.scopes.test_sources import answered, offers
from tests.scenario.scopes.test_who_reads_along import ONE_LEFT_OUT, hints
from tests.scenario.test_providers import vendor
from tests.scenario.tools.obedient import calling, streamed
from tests.stage import spoken

__all__ = ["answered"]
GENERAL = {"in": "#general"}
SAYS = "That is all I can say."
GREETING = "Hello again, and thank you!"


@asynccontextmanager
async def searching_stage(stage_with, name, **arguments):
    """A stage whose model calls one tool, whatever it is asked, and then says something."""

    async def calls_once(request):
        messages = (await request.json())["messages"]
        if any(message["role"] == "tool" for message in messages):
            return await streamed(request, {"content": SAYS}, "stop")
        return await streamed(request, calling(name, json.dumps(arguments), 0), "tool_calls")

    async with vendor(calls_once) as (url, _):
        model = {"openai_compatible_base_url": url, "openai_compatible_model": "searching"}
        async with stage_with(settings=model) as stage:
            await stage.add_document("northwind", "Handbook.md", HANDBOOK)
            yield stage


async def why_not(stage):
    """Why the newest answer is not shared now."""
    tenant, readers = stage.tenants["northwind"], stage.product.services.staff.readers
    async with tenant.db.transaction() as tx:
        turn = await tx.fetchrow("select turn_id, person_id from turn order by id desc limit 1")
    with pytest.raises(DomainError) as refusal:
        await find_shareable(tenant, readers, turn["turn_id"], person_id=turn["person_id"])
    return str(refusal.value)


@pytest.mark.parametrize("times", [1, 2])
async def test_what_a_tool_leaves_out_is_counted_once_and_offered(stage_with, times):
    async with searching_stage(stage_with, "search_knowledge", query=STIPEND) as stage:
        asked = GREETING if times == 1 else STIPEND  # looked up before, too
        step = {"workspace": "northwind", "person": "ben", "in": "#random"}
        offered = {"wait": "I can answer you in a direct message"}
        said = spoken(await stage.play(json.dumps([step | {"say": f"@AEGIS {asked}"}, offered])))

        assert SAYS in said
        assert ONE_LEFT_OUT in said
        assert hints(said) == []


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("read_document", {"title": "Handbook.md"}), ("search_knowledge", {"query": STIPEND})],
)
async def test_a_document_that_a_tool_has_read_is_looked_at_again(stage_with, name, arguments):
    async with searching_stage(stage_with, name, **arguments) as stage:
        async with acting(stage) as act:
            said = await act("say", "cho", text="Let us see.", **GENERAL)
            await act("shortcut", "ben", callback_id=ASK_ABOUT, ts=said["ts"], **GENERAL)
            await act("view", "ben", callback_id=ASK_FORM, values=filled_in(GREETING))
        tenant = stage.tenants["northwind"]
        async with tenant.db.transaction() as tx:
            document = await tx.fetchval("select document_id from document")
        assert len(offers(stage)) == 1
        await forget_document(tenant, document_id=document, person_id="U1", may_forget_any=True)

        assert await why_not(stage) == CHANGED


async def test_what_is_kept_about_the_company_is_shared_where_everybody_is_of_it(
    answered, furnished
):
    tenant, ana = furnished.tenants["northwind"], furnished.person_id("ana")
    async with tenant.db.transaction() as tx:
        await put_person(tx, Person(ana, "owner"))
    fact = "The Osprey launch happens on 3 March."
    await keep_memory(tenant, Proposal("m1", "t0", ana, COMPANY, "", fact))
    await answered("random", "when does the Osprey launch happen?")
    assert offers(furnished) == []  # a guest is there
    assert await why_not(furnished) == NOT_THEIRS

    await answered("general", "when does the Osprey launch happen?")
    assert len(offers(furnished)) == 1
    comes_in(furnished, "gil", "general")
    assert await why_not(furnished) == NOT_THEIRS
