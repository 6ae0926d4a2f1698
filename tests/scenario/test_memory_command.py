"""`/aegis memory` on the sandbox's wire: listed, corrected, forgotten, by whom it is about."""

import aiohttp
import pytest

from core.memory.keep_memory import Proposal, keep_memory
from core.memory.recall import list_kept
from core.tenancy import store as tenancy
from core.tenancy.model import Person
from handlers.blocks.memory.form import CORRECT_FORM
from handlers.blocks.memory.listing import CORRECT, FORGET, MOST_LISTED
from tests.integration.worker.queueing import until_drained
from tests.scenario.agents.forms import filled, opened, typed
from tests.scenario.agents.seen import becomes
from tests.stage import spoken

HOSTILE = "I am <!channel> & *bold* <@U1> https://evil.test"


@pytest.fixture
async def keep(stage):
    """Keep something about a person, or (no name) the company."""
    tenant = stage.tenants["northwind"]
    ana = stage.person_id("ana")
    async with tenant.db.transaction() as tx:
        await tenancy.put_person(tx, Person(ana, "owner"))

    async def run(memory_id, body, name="", agent=""):
        about = stage.person_id(name) if name else ""
        await keep_memory(
            tenant, Proposal(memory_id, "t1", ana, about=about, agent=agent, body=body)
        )

    return run


@pytest.fixture
async def act(stage):
    """Acts as a person of Northwind through the sandbox's control API, and waits for what comes."""
    async with aiohttp.ClientSession(stage.sandbox.url) as http:

        async def run(what, person="ana", **body):
            seat = {"workspace": "northwind", "person": person}
            async with http.post(f"/sandbox/{what}", json=seat | body) as answer:
                told = await answer.json()
            await until_drained(stage.product.services.database, stage.tenants["northwind"])
            return answer.status, told

        yield run


async def command(stage, person, words, place="dm"):
    """What this person is shown, and nobody else."""
    seat = f'workspace: northwind, person: {person}, in: "{place}"'
    lines = await stage.play(f'- {{{seat}, command: "/aegis {words}"}}\n')
    said = [line for line in lines if line["author"] == "AEGIS"]
    assert {tuple(line["seen_by"]) for line in said} <= {(person,)}
    return spoken(said)


async def kept(stage, name="ana"):
    found = await list_kept(stage.tenants["northwind"], stage.person_id(name))
    return [m.body for m in found.own], [m.body for m in found.company]


@pytest.fixture
async def press(stage, act):
    """Press a button of the list that this person is shown now; its status, 404: there is none."""

    async def run(person, action_id, memory_id):
        await command(stage, person, "memory", place="#general")
        workspace = stage.sandbox.world.find_workspace("northwind")
        channel = next(c for c in workspace.channels.values() if c.label == "#general")
        ts = list(channel.messages.values())[-1].ts
        button = {"ts": ts, "action_id": action_id, "value": memory_id}
        return (await act("click", person, **{"in": "#general"}, **button))[0]

    return run


@pytest.mark.parametrize("words", ["memory", "privacy memory"])
async def test_everybody_sees_what_is_about_them_and_the_company_and_nothing_else(
    stage, keep, words
):
    await keep("m1", "I like mountains", "ben")
    await keep("m2", "We close at noon")
    await keep("m3", "I like hills", "ana", agent="finance")

    seen = {person: await command(stage, person, words) for person in ("ana", "ben", "cho")}

    assert "I like mountains" in seen["ben"]
    assert "I like hills" not in seen["ben"] + seen["cho"]
    assert "mountains" not in seen["ana"] + seen["cho"]
    assert all("We close at noon" in page for page in seen.values())
    assert "told to Finn alone" in seen["ana"]
    assert "About you: nothing is kept" in seen["cho"].replace("*", "")


async def test_privacy_is_a_members_word_too_and_no_refusal(stage, keep):
    """What is kept about oneself is everybody's to look at; the rest of the word is for admins."""
    await keep("m1", "I like mountains", "ben")
    await keep("m2", "I like hills", "ana")

    page = await command(stage, "ben", "privacy")

    assert "I like mountains" in page
    assert "hills" not in page
    async with stage.tenants["northwind"].db.transaction() as tx:
        assert not await tx.fetchval("select count(*) from audit_event where outcome = 'refused'")


async def test_an_admin_learns_how_much_is_kept_and_may_have_it_forgotten(stage, keep):
    await keep("m1", "I work from Lisbon", "ben")
    ben = stage.person_id("ben")

    page = await command(stage, "ana", "privacy")
    refused = await command(stage, "cho", f"privacy forget <@{ben}>")
    before = await kept(stage, "ben")
    done = await command(stage, "ana", f"privacy forget <@{ben}>")

    assert "memory: 1 fact" in page.replace("*", "")
    assert "Lisbon" not in page + done
    assert "for admins and owners" in refused
    assert before == (["I work from Lisbon"], [])
    assert "Forgotten, for good" in done
    assert await kept(stage, "ben") == ([], [])


async def test_everything_about_oneself_is_forgotten_in_two_words(stage, keep):
    await keep("m1", "I like hills", "ana")
    await keep("m2", "We close at noon")

    told = await command(stage, "ana", "memory forget everything")

    assert "Forgotten, for good" in told
    assert await kept(stage) == ([], ["We close at noon"])
    assert "nothing kept about you" in await command(stage, "ana", "memory forget everything")
    assert "which lists what is kept" in await command(stage, "ana", "memory forgot 3")


async def test_what_is_about_oneself_is_forgotten_and_corrected_by_a_button(
    stage, keep, act, press
):
    await keep("m1", "I work from Lisbon", "ben")
    await keep("m2", "I like tea", "ben")

    assert await press("ben", FORGET, "m2") == 200
    assert await press("ben", CORRECT, "m1") == 200
    form = opened(stage, "ben")
    sent = {"callback_id": CORRECT_FORM}
    _, empty = await act("view", "ben", **sent, values=typed(body=" \u200b"))
    await act("view", "ben", **sent, values=typed(body="I work from Porto"))

    assert filled(form) == {"body": "I work from Lisbon"}
    assert empty["answer"]["errors"] == {"body": "There is nothing to keep."}
    assert await kept(stage, "ben") == (["I work from Porto"], [])


async def test_what_is_about_the_company_has_buttons_for_admins_alone(stage, keep, press):
    await keep("m1", "We close at noon")

    assert await press("ben", FORGET, "m1") == 404
    assert await kept(stage) == ([], ["We close at noon"])
    assert await press("ana", FORGET, "m1") == 200
    assert await kept(stage) == ([], [])


async def test_who_is_no_admin_any_more_changes_nothing_of_the_companys(stage, keep, act):
    """Their list is still there, and we have known them for an admin a moment ago."""
    await keep("m1", "We close at noon")
    await command(stage, "ana", "memory", place="#general")
    workspace = stage.sandbox.world.find_workspace("northwind")
    general = next(c for c in workspace.channels.values() if c.label == "#general")
    ts = list(general.messages.values())[-1].ts
    becomes(stage, "ana", "member")
    pressed = {"in": "#general", "ts": ts, "action_id": FORGET, "value": "m1"}

    assert (await act("click", "ana", **pressed))[0] == 200
    assert await kept(stage) == ([], ["We close at noon"])


async def test_what_is_listed_is_harmless_and_fits_into_a_message(stage, keep):
    for number in range(MOST_LISTED + 2):
        await keep(f"m{number}", f"{number} {HOSTILE}", "ana")
        await keep(f"c{number}", f"{number} {HOSTILE}")

    page = await command(stage, "ana", "memory")
    rest = await command(stage, "ana", "memory 2")

    assert page.count("told to all agents") == 2 * MOST_LISTED
    assert "2 more: `/aegis memory 2`" in page
    assert rest.count("told to all agents") == 2 * 2
    assert "memory 3" not in rest
    for text in (page, rest):
        assert "<!channel>" not in text
        assert "<@U1>" not in text
