"""From a question to the first visible words of its answer, in `aegis demo` with a quick model."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from bench.processes import BenchError, running
from bot.postgres.state import StateDirectory
from bot.postgres.supervisor import EmbeddedPostgres
from core.gateway.providers.offline.offline import LEAD

WARM_UPS, QUESTIONS = 4, 40
LONGEST_ANSWER_SECONDS = 30.0
# The offline model talks at a reader's pace by default; at this one it is done at once.
UNTHROTTLED_WORDS_PER_S = "1000000"
_SHOWS_TEXT = ("stream_start", "stream_append", "stream_stop", "message", "update")
_SEAT = {"workspace": "northwind", "person": "ana", "in": "dm"}
_ASKED = (
    "How many weeks of parental leave do we get?",
    "What is the bike stipend?",
    "How many days of vacation do we have?",
    "How do I hand in receipts?",
)

# When it was read, and what.
Seen = tuple[float, dict[str, Any]]


async def measure_first_text(folder: Path) -> list[float]:
    """Milliseconds for each question, in the order they were asked.

    The clock starts before the person's message is handed to the sandbox and stops when the
    feed shows text of the app in its thread; the status line does not count. Raises BenchError.
    """
    environment = {
        "AEGIS_STATE_DIR": str(folder / "state"),
        "AEGIS_OFFLINE_WORDS_PER_S": UNTHROTTLED_WORDS_PER_S,
        "AEGIS_LOG_LEVEL": "ERROR",
    }
    async with (
        running("bot", "demo", "--port", "0", environment=environment) as demo,
        aiohttp.ClientSession(demo.address) as http,
        feed(http) as seen,
        rested(folder / "state") as rest,
    ):
        taken = []
        for number in range(WARM_UPS + QUESTIONS):
            await rest()
            taken.append(await ask(http, seen, _SEAT, _ASKED[number % len(_ASKED)]))
    return taken[WARM_UPS:]


@asynccontextmanager
async def rested(state: Path) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Makes a workspace one that has not called Slack for a while: so many questions in a row are
    more than Slack allows, and what is measured is one question and not the waiting for slots."""
    embedded = EmbeddedPostgres(StateDirectory(state).database)
    server = await asyncio.to_thread(embedded.start)
    try:
        admin = await asyncpg.connect(server.dsn())
        try:
            yield partial(admin.execute, "delete from control.rate_limit")
        finally:
            await admin.close()
    finally:
        await asyncio.to_thread(embedded.stop)


async def ask(
    http: aiohttp.ClientSession, seen: asyncio.Queue[Seen], seat: Mapping[str, str], question: str
) -> float:
    """Milliseconds to the first text of the answer, which is read to its end. *seat*: who asks, and
    where. Raises BenchError."""
    body = {**seat, "text": question}
    started = time.perf_counter()
    async with http.post("/sandbox/say", json=body) as answer:
        if answer.status != 200:
            raise BenchError(f"the sandbox refused a question: {await answer.text()}")
        thread = (await answer.json())["ts"]
    try:
        async with asyncio.timeout(LONGEST_ANSWER_SECONDS):
            first = await _whole_answer(seen, thread, seat["person"])
    except TimeoutError:
        raise BenchError("a question was not answered in time") from None
    return (first - started) * 1000


async def _whole_answer(seen: asyncio.Queue[Seen], thread: str, person: str) -> float:
    """Read to the end of the turn, so that no two overlap; when its first text was seen."""
    first, words, is_over = None, "", False
    while not (words and is_over):
        at, item = await seen.get()
        if item["thread"] != thread:
            continue
        if item["kind"] in _SHOWS_TEXT and item["author"] != person and item["text"].strip():
            first = first or at
            words = item["text"] if item["kind"] in ("stream_stop", "message") else words
        is_over = is_over or (item["kind"] == "session" and "active" in item["text"])
    if first is None or LEAD not in words:
        raise BenchError(f"a question got no quote for an answer, but: {words[:200]}")
    return first


@asynccontextmanager
async def feed(http: aiohttp.ClientSession) -> AsyncIterator[asyncio.Queue[Seen]]:
    """What becomes visible from now on."""
    seen: asyncio.Queue[Seen] = asyncio.Queue()
    timeout = aiohttp.ClientTimeout(total=None)
    async with http.get("/sandbox/feed?since=now", timeout=timeout) as opened:
        reading = asyncio.create_task(_read(opened, seen))
        try:
            yield seen
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _read(feed: aiohttp.ClientResponse, seen: asyncio.Queue[Seen]) -> None:
    async for line in feed.content:
        if line.startswith(b"data:"):
            seen.put_nowait((time.perf_counter(), json.loads(line[5:])))
