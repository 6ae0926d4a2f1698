"""A book that is dropped into a direct message, and a folder of notes from the command line: how long
until they are found, and how much memory the service and its reading process have meanwhile."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.first_text import Seen, ask, feed
from bench.ingestion.texts import make_book, make_note
from bench.processes import CHECKOUT, BenchError, running
from bench.tenants.memory import private_mb

PAGES, NOTES = 300, 1_000
LONGEST_SECONDS = 600.0
LOOK_SECONDS = 0.1
SEAT = {"workspace": "northwind", "person": "ana", "in": "dm"}
LAST_WORDS = "The zeppelin lands on Tuesday at the old mast."
QUESTION = "When does the zeppelin land?"
_READS = b"core.knowledge.reading"  # in the command of the process that reads


@dataclass(frozen=True, slots=True)
class Ingestion:
    """Seconds until all of it is found; megabytes at most, of the demo (a service with a sandbox in
    it) or of the command, each with its reading process."""

    book_s: float
    short_s: float
    memory_mb: float


async def measure_ingestion(folder: Path) -> Ingestion:
    """Raises BenchError."""
    environment = {"AEGIS_STATE_DIR": str(folder / "state"), "AEGIS_LOG_LEVEL": "ERROR"}
    async with running("bot", "demo", "--port", "0", environment=environment) as demo:
        async with _watched(demo.pid) as served:
            book_s = await _drop_book(demo.address)
        notes = await asyncio.to_thread(_write_notes, folder / "notes")
        short_s, added_mb = await _add(notes, environment)
    return Ingestion(book_s, short_s, max(served[0], added_mb))


async def _drop_book(address: str) -> float:
    async with aiohttp.ClientSession(address) as http, feed(http) as seen:
        begun = time.perf_counter()
        await drop(http, "book.pdf", make_book(PAGES, last_words=LAST_WORDS), SEAT)
        await until_said(seen, "I have read *book.pdf*", LONGEST_SECONDS)
        taken = time.perf_counter() - begun
        await ask(http, seen, SEAT, QUESTION)  # it is found: its answer is a quotation
    return taken


async def drop(
    http: aiohttp.ClientSession, name: str, content: bytes, seat: Mapping[str, str]
) -> None:
    form = aiohttp.FormData(dict(seat))
    form.add_field("file", content, filename=name)
    async with http.post("/sandbox/upload", data=form) as answer:
        if answer.status != 200:
            raise BenchError(f"the sandbox refused a file: {await answer.text()}")


async def until_said(seen: asyncio.Queue[Seen], words: str, seconds: float) -> None:
    """Raises BenchError when that long nothing like it is said, or a file is refused."""
    try:
        async with asyncio.timeout(seconds):
            text = ""
            while words not in text:
                _, item = await seen.get()
                text = item["text"]
                if "could not read" in text:
                    raise BenchError(text)
    except TimeoutError:
        raise BenchError(f"nobody said “{words}” in {seconds:.0f} s") from None


def _write_notes(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for number in range(NOTES):
        (folder / f"note-{number:04}.md").write_text(make_note(number), "utf-8")
    return folder


async def _add(folder: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    """Seconds of `aegis kb add`, its start included, and megabytes."""
    begun = time.perf_counter()
    command = (sys.executable, "-m", "bot", "kb", "add", str(folder), "--workspace", "TNORTHWIND")
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], **environment},
    )
    async with _watched(process.pid) as largest:
        _, errors = await process.communicate()
    if process.returncode != 0:
        raise BenchError(f"aegis kb add: {errors.decode(errors='replace')[-500:]}")
    return time.perf_counter() - begun, largest[0]


@asynccontextmanager
async def _watched(pid: int) -> AsyncIterator[list[float]]:
    """The most megabytes that the process and those that read for it had at one time."""
    largest = [0.0]

    async def look() -> None:
        while True:
            pids = [pid, *await asyncio.to_thread(_readers_of, pid)]
            largest[0] = max(largest[0], sum(map(private_mb, pids)))
            await asyncio.sleep(LOOK_SECONDS)

    looking = asyncio.create_task(look())
    try:
        yield largest
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


def _readers_of(pid: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text("ascii").split()
            found += [
                int(child)
                for child in children
                if _READS in Path(f"/proc/{child}/cmdline").read_bytes()
            ]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
    return found
