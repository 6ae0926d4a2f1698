"""The same envelope twice, over Socket Mode (A28)."""

import asyncio
import json

import pytest

from tests.attacks.door import Door, new_event_id
from tests.integration.intake.socket_slack import connected, open_socket_slack
from tests.integration.worker.queueing import is_true, until


@pytest.fixture
async def slack():
    async with open_socket_slack() as opened:
        yield opened


async def until_stored(door: Door, event_id: str) -> None:
    async with asyncio.timeout(10):
        while True:
            if await door.stored(event_id):
                return
            await asyncio.sleep(0.02)


async def test_a28_an_envelope_whose_acknowledgement_was_lost_comes_again_and_has_one_effect(
    door: Door, slack
):
    """Stored, acknowledged into a connection that is gone; sent again over the next one, three
    times at once: acknowledged each time, and one row."""
    event_id = new_event_id()
    payload = json.loads(door.said(event_id=event_id))
    async with connected(slack, door.stage.product.intake):
        await slack.until_connected(1)
        slack.deaf = True
        await slack.send("e1", payload)
        await until_stored(door, event_id)
        slack.sockets[-1]._req.transport.abort()  # no farewell
        slack.deaf = False
        await slack.until_connected(2)
        await asyncio.gather(*(slack.send("e1", payload) for _ in range(3)))
        await slack.until_acknowledged("e1", times=3)

    assert await door.stored(event_id) == ["waiting"]


async def test_a28_an_envelope_that_was_not_stored_is_not_acknowledged(
    door: Door, slack, monkeypatch, caplog
):
    """The other half: an acknowledgement without a row would be an event lost."""
    monkeypatch.setattr("bot.intake.accept.ANSWER_SECONDS", 0.2)
    event_id = new_event_id()
    payload = json.loads(door.said(event_id=event_id))
    pool = door.stage.product.storage.intake._pool
    taken = [await pool.acquire() for _ in range(pool.get_max_size())]
    async with connected(slack, door.stage.product.intake):
        await slack.until_connected(1)
        await slack.send("lost", payload)
        await until(is_true(lambda: "an envelope was not stored" in caplog.text))
        for connection in taken:
            await pool.release(connection)
        monkeypatch.setattr("bot.intake.accept.ANSWER_SECONDS", 10.0)  # a busy machine needs some
        await slack.send("again", payload)
        await slack.until_acknowledged("again")

    assert "lost" not in slack.acknowledged
    assert await door.stored(event_id) == ["waiting"]
