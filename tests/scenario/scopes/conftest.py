"""A company with a document of its own, one of a private channel and one of a person's."""

from contextlib import asynccontextmanager

import aiohttp
import pytest

from core.knowledge.ingest_document import ingest_document
from core.knowledge.share_document import share_document
from tests.integration.worker.queueing import until, until_drained
from tests.scenario.agents.seen import channel_of, direct_of, read_in

HANDBOOK = "# Handbook\n\n## Bike stipend\n\nYou can claim 900 euros every three years.\n"
MERGER = "# Project Kestrel\n\n## Merger price\n\nThe merger price of Kestrel is 41 million.\n"
DIARY = "# Ben's diary\n\n## Locker code\n\nThe locker code of ben is 7719.\n"
STIPEND = "what is the bike stipend?"
PRICE = "what is the merger price of Kestrel?"
CODE = "what is the locker code of ben?"


@pytest.fixture
def give(stage):
    """Put a document into Northwind: of a person (*by*), or of a channel that they are in."""

    async def put(title, text, *, by, channel=None):
        tenant, services = stage.tenants["northwind"], stage.product.services
        person_id = stage.person_id(by)
        done = await ingest_document(
            tenant,
            services.reader,
            services.staff.embedder,
            title=title,
            content=text.encode(),
            added_by=person_id,
            scope="person",
            reference="test",
        )
        if channel:
            await share_document(
                tenant,
                document_id=done.document.document_id,
                person_id=person_id,
                channel_id=channel_of(stage, channel).id,
            )
        return done.document.document_id

    return put


@pytest.fixture
async def furnished(stage, give):
    await stage.add_document("northwind", "Handbook.md", HANDBOOK)
    await give("Kestrel.md", MERGER, by="ana", channel="leadership")
    await give("Diary.md", DIARY, by="ben")
    return stage


@asynccontextmanager
async def acting(stage):
    """Acts as a person of Northwind through the sandbox's control API."""
    async with aiohttp.ClientSession(stage.sandbox.url) as http:

        async def act(what, person="ana", **body):
            seat = {"workspace": "northwind", "person": person}
            async with http.post(f"/sandbox/{what}", json=seat | body) as answer:
                told = await answer.json()
                assert answer.status == 200, told
            await until_drained(stage.product.services.database, stage.tenants["northwind"])
            return told

        yield act


@pytest.fixture
async def person(furnished):
    async with acting(furnished) as act:
        yield act


@pytest.fixture
def asking(furnished, person):
    """Somebody asks in a channel, or with `dm` directly; all that the app says there because of it."""

    async def ask(who, place, question):
        channel = direct_of(furnished, who) if place == "dm" else channel_of(furnished, place)
        before = len(read_in(furnished, channel))
        text = question if place == "dm" else f"@AEGIS {question}"
        where = "dm" if place == "dm" else f"#{place}"
        said = await person("say", who, text=text, **{"in": where})
        key, tenant = f"{channel.id}:{said['ts']}", furnished.tenants["northwind"]

        async def answered():
            async with tenant.db.transaction() as tx:
                found = "select true from turn where event_key = $1 and state = 'done'"
                return await tx.fetchval(found, key)

        await until(answered)
        await until_drained(furnished.product.services.database, tenant)
        return "\n".join(read_in(furnished, channel)[before:])

    return ask
