"""A clock that is wrong is said aloud, and a process that is about to go says so before."""

import hashlib
import hmac
import time

import aiohttp
import pytest
from aiohttp import web

from bot.intake.signature import SignatureVerifier
from core.kernel.secret import Secret
from web_oauth import health
from web_oauth.app import build_web

SECRET = "s3cret"


@pytest.fixture
async def ready(database):
    """`GET /health/ready` of a process whose clock is *off* by so many seconds."""
    runners = []

    async def ask(off: float = 0.0, readiness: health.Readiness | None = None):
        routes = health.routes(database, readiness, lambda: time.time() + off)
        app = build_web(routes, largest_body=1)
        if readiness:
            app.on_response_prepare.append(readiness.close_connection)
        runner = web.AppRunner(app)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/health/ready"
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            return answer.status, await answer.json(), answer.headers.get("Connection")

    yield ask
    for runner in runners:
        await runner.cleanup()


@pytest.mark.parametrize("off", [3600, -3600, 61, -62], ids=str)
async def test_a_machine_whose_clock_is_off_is_not_ready(ready, off):
    assert (await ready(off))[:2] == (503, {"ok": False, "waiting_for": "clock"})


@pytest.mark.parametrize("off", [0, 58, -58], ids=str)
async def test_a_minute_either_way_is_no_reason(ready, off):
    assert (await ready(off))[:2] == (200, {"ok": True})


async def test_a_process_that_drains_is_not_ready_and_keeps_no_connection(ready):
    readiness = health.Readiness()
    before = await ready(readiness=readiness)
    readiness.is_draining = True

    assert before[0] == 200
    assert await ready(readiness=readiness) == (
        503,
        {"ok": False, "waiting_for": "drain"},
        "close",
    )


@pytest.mark.parametrize(("seconds", "reason"), [(0.0, None), (29.0, None), (31.0, "socket")])
async def test_a_process_that_should_have_a_socket_and_has_none_for_long_is_not_ready(
    ready, seconds, reason
):
    readiness = health.Readiness()
    readiness.without_socket = lambda: seconds
    status, said, _ = await ready(readiness=readiness)

    assert (status, said.get("waiting_for")) == ((503, reason) if reason else (200, None))


async def test_f17_what_was_rightly_signed_at_another_time_is_one_alarm_a_minute(
    caplog, monkeypatch
):
    """An hour fast: every request fails closed, and the log says why, once."""
    verifier, now = SignatureVerifier(Secret(SECRET)), int(time.time())
    stamp = str(now)
    digest = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":{}", hashlib.sha256)
    taken = [
        verifier.accepts(b"{}", stamp, f"v0={digest.hexdigest()}", now + 3600) for _ in range(9)
    ]
    once = [record for record in caplog.records if record.levelname == "ERROR"]
    monkeypatch.setattr("bot.intake.signature.ALARM_SECONDS", 0.0)
    verifier._alarm_at = 0.0
    verifier.accepts(b"{}", stamp, f"v0={digest.hexdigest()}", now + 3600)

    assert taken == [False] * 9
    assert len(once) == 1
    assert once[0].age_seconds == 3600
    assert len(caplog.records) == 2


async def test_what_was_never_rightly_signed_is_no_alarm(caplog):
    verifier = SignatureVerifier(Secret(SECRET))

    assert not verifier.accepts(b"{}", "1000", "v0=" + "0" * 64)
    assert caplog.records == []
