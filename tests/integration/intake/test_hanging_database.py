"""A server that hangs says nothing, not even that it is gone. Real processes, really stopped."""

import asyncio
import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from bot.intake.accept import ANSWER_SECONDS
from bot.storage import INTAKE_SECONDS
from tests.integration.intake.conftest import LOGIN
from web_oauth.health import READY_SECONDS

# With the machine's own slowness, and less than two waits one after the other. Slack's 3 s are judged
# where nothing else runs: by F10 of `make faults`.
PATIENCE = 1.8 * ANSWER_SECONDS


@contextmanager
def stopped(pids):
    """Nothing of these processes runs; what is still there afterwards goes on."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                continue


def whole_server(own_server) -> list[int]:
    """The postmaster first, so that it starts nothing more, and all it has started."""
    postmaster = own_server.start().pid
    status = (path for path in Path("/proc").glob("[0-9]*/stat"))
    children = []
    for path in status:
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == postmaster:
            children.append(int(path.parent.name))
    return [postmaster, *children]


async def backends(own_server) -> list[int]:
    """The server's processes behind the service's connections."""
    admin = await asyncpg.connect(own_server.dsn())
    rows = await admin.fetch("select pid from pg_stat_activity where usename = $1", LOGIN)
    await admin.close()
    return [row["pid"] for row in rows]


async def timed(front, event_id: str) -> tuple[int, float]:
    began = time.monotonic()
    return await front.send(event_id), time.monotonic() - began


async def until_stored(front, event_id: str) -> float:
    """Slack's retries, closer together; seconds until one is acknowledged."""
    began = time.monotonic()
    async with asyncio.timeout(30):
        while True:
            if await front.send(event_id) == 200:
                return time.monotonic() - began
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("known", [True, False], ids=["tenant known", "tenant looked up"])
async def test_while_the_whole_server_hangs_every_request_is_503_in_time(front, own_server, known):
    """And nobody whose request was given up is still waiting in line for the next commit."""
    if known:
        assert await front.send("EvBefore") == 200
    with stopped(whole_server(own_server)):
        answers = await asyncio.gather(*(timed(front, f"EvHang{n}") for n in range(30)))
        waiting = front.batch.waiting
        more = await asyncio.gather(*(timed(front, f"EvStill{n}") for n in range(30)))

    assert {status for status, _ in answers + more} == {503}
    assert max(seconds for _, seconds in answers + more) < PATIENCE
    assert waiting == 0
    assert await until_stored(front, "EvHang0") < 10


async def test_a_commit_that_hangs_is_ended_and_the_next_goes_over_another_connection(
    front, own_server
):
    """A failover without a word: the old connections lead nowhere for good, the server answers."""
    assert set(await asyncio.gather(*(front.send(f"EvWarm{n}") for n in range(9)))) == {200}
    with stopped(await backends(own_server)):
        status, seconds = await timed(front, "EvLost")
        took = await until_stored(front, "EvLost")

    assert (status, seconds < PATIENCE) == (503, True)
    assert took < INTAKE_SECONDS + PATIENCE


async def test_f10_a_process_whose_database_hangs_says_in_time_that_it_is_not_ready(
    front, own_server
):
    assert await front.ready() == 200
    with stopped(whole_server(own_server)):
        began = time.monotonic()
        statuses = await asyncio.gather(*(front.ready() for _ in range(9)))
        took = time.monotonic() - began
    async with asyncio.timeout(10):
        while True:
            if await front.ready() == 200:
                break

    assert set(statuses) == {503}
    assert (
        took < 3 * READY_SECONDS
    )  # nine at once: one after the other they would take nine times that
