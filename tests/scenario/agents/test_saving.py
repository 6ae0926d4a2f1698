"""“Save to knowledge base”, over the wire: one message, with who wrote it and when, for who saved it."""

import aiohttp
import pytest

from core.knowledge.list_documents import list_documents
from core.knowledge.model import Asker
from handlers.blocks.knowledge import SAVE_MESSAGE
from tests.scenario.agents.seen import direct_of, messages_in, read_in

RANDOM = {"in": "#random"}
SAID = "The spare key of the workshop hangs *behind* the mirror. " + "Please put it back. " * 30
LAST = "The last word is heliotrope."


@pytest.fixture
def tenant(staffed):
    return staffed.tenants["northwind"]


@pytest.fixture
async def saved(person):
    """cho says something between two other things; ben saves it."""
    await person("say", "ana", text="Nobody saves the word quagmire.", **RANDOM)
    said = await person("say", "cho", text=SAID + LAST, **RANDOM)
    await person("say", "ana", text="Nor the word marmalade.", **RANDOM)
    await person("shortcut", "ben", callback_id=SAVE_MESSAGE, ts=said["ts"], **RANDOM)
    return said


async def of(tenant, staffed, name):
    asker = Asker(staffed.person_id(name), private=True)
    return [d for d in await list_documents(tenant, asker=asker) if d.scope == "person"]


async def test_that_message_alone_is_saved_with_author_and_date(staffed, tenant, saved):
    [document] = await of(tenant, staffed, "ben")
    async with tenant.db.transaction() as tx:
        text = "\n".join(row[0] for row in await tx.fetch("select body from chunk order by id"))

    cho = document.title.partition(",")[0]
    assert cho.startswith("cho")
    assert document.title.endswith(": “The spare key of the workshop hangs *behind* the mirror. …”")
    assert f"{cho} wrote on " in text
    assert " UTC:" in text
    assert LAST in text
    for word in ("quagmire", "marmalade"):
        assert word not in text


async def test_it_is_for_whoever_saved_it_until_they_share_it(staffed, tenant, person, saved):
    assert await of(tenant, staffed, "cho") == []
    [card] = messages_in(staffed, direct_of(staffed, "ben"))
    assert card.text.startswith("I have saved *cho")
    assert "only you get answers from it" in card.text
    await person("click", "ben", **{"in": "dm"}, ts=card.ts, action_id="knowledge.share")

    asker = Asker(staffed.person_id("cho"), private=False)
    shared = [d.title for d in await list_documents(tenant, asker=asker)]
    assert len([title for title in shared if "spare key" in title]) == 1


async def test_saved_twice_it_is_there_once(staffed, tenant, person, saved):
    await person("shortcut", "ben", callback_id=SAVE_MESSAGE, ts=saved["ts"], **RANDOM)

    assert len(await of(tenant, staffed, "ben")) == 1
    assert "I already know" in str(read_in(staffed, direct_of(staffed, "ben"))[-1])


async def test_a_message_that_is_a_file_alone_is_not_saved(staffed, tenant, person):
    """Its name would be all that is saved; the file itself has its own way in."""
    said = await drop_in(staffed, "cho", "#random")
    await person("shortcut", "ben", callback_id=SAVE_MESSAGE, ts=said, **RANDOM)

    assert await of(tenant, staffed, "ben") == []
    assert messages_in(staffed, direct_of(staffed, "ben")) == []


async def drop_in(staffed, name, channel):
    form = aiohttp.FormData({"workspace": "northwind", "person": name, "in": channel})
    form.add_field("file", b"Text", filename="plan.txt")
    async with (
        aiohttp.ClientSession(staffed.sandbox.url) as http,
        http.post("/sandbox/upload", data=form) as answer,
    ):
        assert answer.status == 200, await answer.text()
        return (await answer.json())["ts"]


async def test_a_guest_saves_nothing(staffed, tenant, person):
    said = await person("say", "cho", text=SAID, **RANDOM)
    await person("shortcut", "gil", callback_id=SAVE_MESSAGE, ts=said["ts"], **RANDOM)

    assert await of(tenant, staffed, "gil") == []
    async with tenant.db.transaction() as tx:
        assert await tx.fetchval("select count(*) from audit_event where outcome = 'refused'") == 1
