"""What one workspace's hundred files do to another's questions: p95 with them and without, in one run."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import quantiles

import aiohttp

from bench.first_text import UNTHROTTLED_WORDS_PER_S, Seen, ask, feed, rested
from bench.ingestion.measure import SEAT, drop
from bench.ingestion.texts import make_note
from bench.processes import BenchError, running

FILES, WORDS_A_FILE = 100, 6_000
WARM_UPS, QUESTIONS = 4, 40
ELSEWHERE = {"workspace": "harbor", "person": "dora", "in": "dm"}
QUESTION = "When are invoices due?"


async def measure_bulk(folder: Path) -> float:
    """How many times longer the p95 to the first text of an answer gets. Raises BenchError."""
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
        alone = await _ask(http, seen, rest)
        for number in range(FILES):
            content = make_note(number, WORDS_A_FILE).encode()
            await drop(http, f"file-{number}.md", content, SEAT)
        beside = await _ask(http, seen, rest)
        if not await _is_under_way(http):
            raise BenchError("the files were read before the questions were asked: take more")
    return _p95(beside) / _p95(alone)


async def _ask(
    http: aiohttp.ClientSession,
    seen: asyncio.Queue[Seen],
    rest: Callable[[], Awaitable[object]],
) -> list[float]:
    taken = []
    for _ in range(WARM_UPS + QUESTIONS):
        await rest()
        taken.append(await ask(http, seen, ELSEWHERE, QUESTION))
    return taken[WARM_UPS:]


async def _is_under_way(http: aiohttp.ClientSession) -> bool:
    """Whether some of the files are not read yet."""
    query = {"workspace": SEAT["workspace"], "person": SEAT["person"], "channel": "dm"}
    async with http.get("/sandbox/messages", params=query) as answer:
        messages = (await answer.json())["messages"]
    return sum("I have read" in str(message.get("text")) for message in messages) < FILES


def _p95(waits: list[float]) -> float:
    return quantiles(waits, n=20)[-1]
