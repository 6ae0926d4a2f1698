"""A deploy under load: web processes are told to stop one after the other, and no event is lost or
refused. Real processes, and a client that behaves as a load balancer does."""

import asyncio
import hashlib
import hmac
import json
import signal
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest

from tests.conftest import SERVICE_LOGIN
from tests.integration.worker.line import Line

SECRET = "signing-secret-of-a-deploy"
TEAM = "TDEPLOY001"


@dataclass
class Web:
    """One `aegis serve`, and what its balancer thinks of it."""

    process: asyncio.subprocess.Process
    address: str
    in_turn: bool = True


@pytest.fixture
async def tenant(database, provisioner):
    return await database.tenant(await provisioner.tenant_for(TEAM))


@pytest.fixture
def environment(process_environment, tmp_path):
    return process_environment | {
        "AEGIS_STATE_DIR": str(tmp_path / "state"),
        "PORT": "0",
        "SLACK_SIGNING_SECRET": SECRET,
        "AEGIS_DRAIN_SECONDS": "1.5",
        "AEGIS_LOG_LEVEL": "WARNING",
    }


async def start(environment, *options) -> Web:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve", *options),
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    async with asyncio.timeout(60):
        while b"serves on" not in (line := await process.stderr.readline()):
            assert line, "it ended before it was ready"
    return Web(process, line.decode().split()[-1])


@asynccontextmanager
async def balanced(http: aiohttp.ClientSession, webs: list[Web]):
    """Look at every process four times a second, and leave out who is not ready."""

    async def look() -> None:
        while True:
            for web in list(webs):
                try:
                    async with http.get(f"{web.address}/health/ready") as answer:
                        web.in_turn = answer.status == 200
                except aiohttp.ClientError:
                    web.in_turn = False
            await asyncio.sleep(0.25)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def send(http: aiohttp.ClientSession, web: Web, number: int) -> tuple[int, float]:
    inner = {"type": "message", "channel": f"D{number}", "channel_type": "im", "ts": "1.1"}
    envelope = {"type": "event_callback", "team_id": TEAM, "event_id": f"EvDeploy{number}"}
    body = json.dumps(envelope | {"event": inner}).encode()
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    headers = {"X-Slack-Request-Timestamp": stamp, "Content-Type": "application/json"}
    headers["X-Slack-Signature"] = f"v0={digest.hexdigest()}"
    began = time.monotonic()
    try:
        async with http.post(f"{web.address}/slack/events", data=body, headers=headers) as answer:
            return answer.status, time.monotonic() - began
    except aiohttp.ClientError:
        return 0, time.monotonic() - began


async def stop(web: Web) -> float:
    """As an orchestrator does; seconds until it was gone."""
    began = time.monotonic()
    web.process.send_signal(signal.SIGTERM)
    _, said = await asyncio.wait_for(web.process.communicate(), 30)
    assert web.process.returncode == 0, said.decode()
    assert b"Traceback" not in said, said.decode()
    return time.monotonic() - began


async def test_f07_a_rolling_deploy_under_load_fails_no_acknowledgement(environment, tenant):
    """Two processes are replaced one by one while 60 events a second come in."""
    webs = [await start(environment), await start(environment)]
    answers: list[asyncio.Task[tuple[int, float]]] = []
    done = asyncio.Event()

    async def pour(http: aiohttp.ClientSession) -> None:
        while not done.is_set():
            number = len(answers)
            ready = [web for web in webs if web.in_turn]
            answers.append(asyncio.create_task(send(http, ready[number % len(ready)], number)))
            await asyncio.sleep(1 / 60)

    try:
        async with aiohttp.ClientSession() as http, balanced(http, webs):
            pouring = asyncio.create_task(pour(http))
            took = []
            for old in list(webs):
                webs.append(await start(environment))
                took.append(await stop(old))
                webs.remove(old)
            done.set()
            await pouring
            told = await asyncio.gather(*answers)
    finally:
        for web in webs:
            if web.process.returncode is None:
                web.process.kill()
                await web.process.communicate()
    async with tenant.db.transaction() as tx:
        kept = await tx.fetchval("select count(*) from inbox_event")

    assert {status for status, _ in told} == {200}
    assert kept == len(told) > 100
    assert max(seconds for _, seconds in told) < 3
    assert min(took) >= 1.5
    assert max(took) < 30


async def test_an_interrupt_does_not_wait_for_a_balancer(environment, tenant):
    web = await start(environment | {"AEGIS_DRAIN_SECONDS": "15"})
    began = time.monotonic()
    web.process.send_signal(signal.SIGINT)
    await asyncio.wait_for(web.process.communicate(), 15)

    assert web.process.returncode == 0
    assert time.monotonic() - began < 10


async def test_a_process_whose_database_hangs_is_gone_in_time(environment, tenant, postgres):
    """Whoever told it to stop waits 30 seconds. Its worker is in the middle of a statement."""
    async with Line.open(f"{postgres.start().socket_directory}/.s.PGSQL.5432") as line:
        address = f"postgresql://{SERVICE_LOGIN}@127.0.0.1:{line.port}/aegis"
        web = await start(environment | {"DATABASE_URL": address, "PGSSLMODE": "disable"}, "--all")
        line.stall()
        async with aiohttp.ClientSession() as http:
            status, _ = await asyncio.wait_for(send(http, web, 1), 10)
        began = time.monotonic()
        web.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(web.process.communicate(), 45)
        except TimeoutError:
            web.process.kill()
            await web.process.communicate()

    assert status >= 500
    assert time.monotonic() - began < 30
