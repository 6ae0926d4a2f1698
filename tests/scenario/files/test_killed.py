"""A worker is killed while it reads a file: another begins anew, nothing is doubled, lost or left."""

import signal

import aiohttp
import pytest

from tests.scenario.files.dropping import LONG, cards, documents, drop, until_said
from tests.scenario.test_recovery import until, worker_process


@pytest.fixture
async def idle(stage_with, process_environment, tmp_path):
    """Everything but a worker; where the workers to come keep what is temporary."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = process_environment | {"AEGIS_LEASE_SECONDS": "1", "TMPDIR": str(scratch)}
    async with (
        stage_with(works=False) as stage,
        aiohttp.ClientSession(stage.sandbox.url) as http,
    ):
        yield stage, http, environment, scratch


async def is_indexed(context):
    """It was read, and is at work with what takes longest."""
    return [state for _, state, _ in await documents(context)] == ["indexing"]


async def test_a82_kill_9_in_the_middle_of_a_file(idle):
    stage, http, environment, scratch = idle
    context = stage.tenants["northwind"]
    async with worker_process(environment, stage.sandbox) as first:
        await drop(http, "hooks.md", LONG)
        await until(lambda: is_indexed(context))
        first.send_signal(signal.SIGKILL)
        await first.wait()
    [(_, state, chunks)] = await documents(context)
    assert (state, chunks) == ("indexing", 0)
    assert list(scratch.iterdir()) == []

    async with worker_process(environment, stage.sandbox):
        await until_said(http, "I have read *hooks.md*", seconds=90)

    assert len(await cards(http)) == 1
    assert await documents(context) == [("hooks.md", "ready", 400)]
    assert list(scratch.iterdir()) == []


async def test_what_slack_has_lost_meanwhile_is_said_to_whoever_gave_it(idle):
    """Nothing of the original is kept here: it is fetched again, and is not there any more."""
    stage, http, environment, _ = idle
    context = stage.tenants["northwind"]
    async with worker_process(environment, stage.sandbox) as first:
        await drop(http, "hooks.md", LONG)
        await until(lambda: is_indexed(context))
        first.send_signal(signal.SIGKILL)
        await first.wait()
    for workspace in stage.sandbox.world.workspaces.values():
        workspace.files.clear()
    async with worker_process(environment, stage.sandbox):
        told = await until_said(http, "I could not read *hooks.md*")

    assert "Slack does not have that file any more" in told["text"]
    assert len(await cards(http)) == 1
    assert await documents(context) == []
