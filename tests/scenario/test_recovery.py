"""A worker dies in the middle of an answer; the reader gets it complete, and once."""

import asyncio
import signal
import sys
from contextlib import asynccontextmanager

import aiohttp
import pytest

HANDBOOK = "# Handbook\n\n## Bicycles\n\n" + " ".join(
    f"Rule {n}: bicycle number {n} hangs on hook {n} of the workshop wall." for n in range(1, 9)
)
LAST_WORDS = "Offline model"


@asynccontextmanager
async def worker_process(environment, sandbox):
    """`aegis worker` in a process of its own, killed at the end if it still lives."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "worker",
        env=environment
        | {"SLACK_API_BASE_URL": sandbox.api_url, "AEGIS_OFFLINE_WORDS_PER_S": "12"},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def in_thread(http):
    """The app's visible messages in ana's direct message."""
    query = "/sandbox/messages?workspace=northwind&person=ana&channel=dm"
    async with http.get(query) as answer:
        found = await answer.json()
    return [m for m in found["messages"] if m.get("bot_id") and not m["deleted"]]


async def until(look, seconds=60.0):
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110 - what is awaited is on the wire
            await asyncio.sleep(0.05)
        return found


@pytest.fixture
async def idle_stage(stage_with):
    """Everything but a worker."""
    async with stage_with(works=False) as stage:
        await stage.add_document("northwind", "Hooks.md", HANDBOOK)
        yield stage


async def test_kill_9_in_the_middle_of_an_answer(idle_stage, process_environment):
    stage = idle_stage
    async with aiohttp.ClientSession(stage.sandbox.url) as http:

        async def half_said():
            return [m for m in await in_thread(http) if m["streaming"] and "Rule" in str(m)]

        async def is_complete():
            messages = await in_thread(http)
            ends = [m for m in messages if LAST_WORDS in str(m) and not m["streaming"]]
            return messages if ends else None

        async with worker_process(process_environment, stage.sandbox) as first:
            await _say(http, "On which hook does bicycle number 3 hang?")
            await until(half_said)
            first.send_signal(signal.SIGKILL)
            await first.wait()
            [half] = await in_thread(http)
            assert LAST_WORDS not in str(half)
        async with worker_process(process_environment, stage.sandbox):
            messages = await until(is_complete)

    assert len(messages) == 1
    assert messages[0]["ts"] == half["ts"]
    assert str(messages[0]["blocks"]).count("Rule 3") == 1


async def test_a_worker_that_is_told_to_stop_finishes_what_it_says(idle_stage, process_environment):
    stage = idle_stage
    async with aiohttp.ClientSession(stage.sandbox.url) as http:

        async def half_said():
            return [m for m in await in_thread(http) if m["streaming"]]

        async with worker_process(process_environment, stage.sandbox) as worker:
            await _say(http, "On which hook does bicycle number 5 hang?")
            await until(half_said)
            worker.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(worker.wait(), 30) == 0
        messages = await in_thread(http)

    assert len(messages) == 1
    assert LAST_WORDS in str(messages[0])
    assert not messages[0]["streaming"]


async def _say(http, text):
    body = {"workspace": "northwind", "person": "ana", "in": "dm", "text": text}
    async with http.post("/sandbox/say", json=body) as answer:
        assert answer.status == 200
