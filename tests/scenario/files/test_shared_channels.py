"""Slack Connect: of a file in a channel of two organizations an event tells its id, and nothing else."""

import aiohttp
import pytest

from handlers.answers.saving import NOTHING_TO_SAVE
from handlers.blocks.answers.asking import ASK_ABOUT
from handlers.blocks.knowledge import SAVE_MESSAGE, file_elsewhere
from tests.integration.worker.queueing import until, until_drained
from tests.scenario.agents.forms import opened
from tests.scenario.agents.seen import channel_of, direct_of, read_in
from tests.scenario.files.dropping import documents, drop, until_said

NOTE = "# Spring fair\n\nOur stand at the spring fair is number 14.\n"
SHARED = "with-copper-kettle"


@pytest.fixture
def tenant(stage):
    return stage.tenants["northwind"]


@pytest.fixture
def dropped(stage, http):
    """ana drops the file into the shared channel; the ts of its message."""

    async def drop_it(comment=""):
        seat = {"workspace": "northwind", "person": "ana", "in": f"#{SHARED}", "comment": comment}
        form = aiohttp.FormData(seat)
        form.add_field("file", NOTE.encode(), filename="fair.md")
        async with http.post("/sandbox/upload", data=form) as answer:
            return (await answer.json())["ts"]

    return drop_it


@pytest.fixture
def using(http, tenant, database):
    """ana uses a shortcut on that message."""

    async def use(callback_id, ts):
        seat = {"workspace": "northwind", "person": "ana", "in": f"#{SHARED}"}
        body = seat | {"callback_id": callback_id, "ts": ts}
        async with http.post("/sandbox/shortcut", json=body) as answer:
            assert answer.status == 200, await answer.text()
        await until_drained(database, tenant)

    return use


async def test_there_it_is_said_where_files_are_read(stage, tenant, dropped):
    await dropped("@AEGIS please read this")

    async def is_said():
        return file_elsewhere().text in read_in(stage, channel_of(stage, SHARED))

    await until(is_said)
    assert await documents(tenant) == []


async def test_in_a_direct_message_it_is_asked_for_and_read(stage, tenant, http):
    """As when somebody forwards it from such a channel."""
    direct_of(stage, "ana").shared_with = "TCOPPERKET"
    await drop(http, "fair.md", NOTE)

    await until_said(http, "I have read *fair.md*")
    assert await documents(tenant) == [("fair.md", "ready", 1)]


async def test_what_slack_does_not_hand_out_is_said(stage, tenant, http):
    direct_of(stage, "ana").shared_with = "TCOPPERKET"
    stage.sandbox.refuse("files.info", "file_not_found", times=9)
    await drop(http, "fair.md", NOTE)

    await until_said(http, "Slack does not have that file any more, or does not hand it to me")
    assert await documents(tenant) == []


async def test_a_message_of_such_a_file_alone_has_nothing_to_save(stage, tenant, dropped, using):
    await using(SAVE_MESSAGE, await dropped())

    assert NOTHING_TO_SAVE in "\n".join(read_in(stage, channel_of(stage, SHARED)))
    assert await documents(tenant) == []


async def test_who_asks_about_it_is_shown_that_it_is_a_file(stage, dropped, using):
    await using(ASK_ABOUT, await dropped())

    assert "[file] of a channel that organizations share" in str(opened(stage, "ana"))
