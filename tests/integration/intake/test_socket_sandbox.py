"""Socket Mode as a whole: the sandbox refreshes, cuts and silences its sockets under way."""

import asyncio

import aiohttp
import pytest

from tests.integration.worker.queueing import is_true, until

PAUSES = (0.1, 0.3, 1.0, 2.0, 4.0, 8.0)


async def say(http: aiohttp.ClientSession, text: str) -> None:
    message = {"workspace": "northwind", "person": "ana", "in": "dm", "text": text}
    async with http.post("/sandbox/say", json=message) as answer:
        assert answer.status == 200, await answer.text()


async def until_stored(stage, count: int) -> list[str]:
    """What was said, as it lies in the inbox, once so many are there."""
    async with asyncio.timeout(30):
        while True:
            async with stage.tenants["northwind"].db.transaction() as tx:
                rows = await tx.fetch(
                    "select payload::json -> 'event' ->> 'text' as said from inbox_event"
                    " where state = 'waiting' order by id"
                )
            if len(rows) >= count:
                return [row["said"] for row in rows]
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("trouble", ["refresh", "cut"])
async def test_f27_what_is_said_while_sockets_come_and_go_is_stored_once(stage_with, trouble):
    async with (
        stage_with(socket=True, works=False, retry_after_s=PAUSES) as stage,
        aiohttp.ClientSession(stage.sandbox.url) as http,
    ):
        sockets = stage.sandbox.sockets
        without = stage.product.readiness.without_socket
        assert without is not None
        # Slack counts a connection before the client knows of it, and the client says when it does.
        await until(is_true(lambda: sockets.reachable and without() == 0.0))
        for number in range(30):
            await say(http, f"words {number}")
            if number % 10 == 5 and trouble == "refresh":
                await sockets.refresh()
            elif number % 10 == 5:
                for connection in list(sockets._connections):
                    connection.transport.abort()
            await asyncio.sleep(0.02)
        said = await until_stored(stage, 30)

    assert sorted(said) == sorted(f"words {number}" for number in range(30))
