"""More files in one message than Slack itself takes: ten are read, and the rest is said, not dropped."""

import aiohttp
import pytest

from core.jobs.model import InboxEvent
from core.kernel.errors import Postponed
from handlers.files import MOST_FILES, PATIENCE_SECONDS, take_files
from handlers.hearing import Heard
from tests.scenario.files.dropping import cards, documents, drop


@pytest.fixture
async def heard(stage_with, monkeypatch):
    """A message of ana's, with what came with it; nobody reads files."""
    monkeypatch.setattr("bot.worker.lanes.FILES_AT_ONCE", 0)
    async with stage_with(works=False) as stage, aiohttp.ClientSession(stage.sandbox.url) as http:
        ts = await drop(http, "0.txt", "Text")
        workspace = stage.sandbox.world.find_workspace("northwind")
        ana, context = stage.person_id("ana"), stage.tenants["northwind"]
        channel = workspace.direct_message(ana).id

        def make(text, age=0.0):
            event = InboxEvent(0, "Ev1", "event", "", 0, age)
            return Heard(
                *(context, event, workspace.id, channel, ts, None, ana, workspace.id),
                *(text, True, False),
            )

        yield stage, http, make
        async with stage.product.services.database.control() as tx:
            await tx.execute("delete from control.mailbox where tenant_id = $1", context.tenant_id)


def files(count):
    return [
        {"id": f"F{n}", "name": f"{n}.txt", "url_private": f"http://x/{n}"} for n in range(count)
    ]


async def test_eleven_files_are_ten_cards_and_a_word(heard):
    stage, http, make = heard
    for _ in range(2):
        await take_files(stage.product.services, make(""), files(MOST_FILES + 1))

    told = [card["text"] for card in await cards(http)]
    assert len(told) == MOST_FILES + 1
    assert (
        told[-1]
        == "I read 10 files of one message. Send me the other 1 in another message, please."
    )
    assert len(await documents(stage.tenants["northwind"])) == MOST_FILES


async def test_a_question_waits_for_its_files_and_not_for_ever(heard):
    stage, _, make = heard
    with pytest.raises(Postponed):
        await take_files(stage.product.services, make("What does it say?"), files(1))
    await take_files(stage.product.services, make("What does it say?", PATIENCE_SECONDS), files(1))
