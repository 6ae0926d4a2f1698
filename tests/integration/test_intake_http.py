"""Slack's requests over real HTTP: verified before anything, stored before the 200, never a 500."""

import asyncio
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import aiohttp
import asyncpg
import pytest
from aiohttp import web

from bot.intake.accept import Intake
from bot.intake.batch import EventBatch
from bot.intake.http import LARGEST_BODY, SlackEndpoints
from bot.intake.signature import SignatureVerifier
from core.kernel.secret import Secret
from core.tenancy.workspaces import Workspaces
from web_oauth.app import build_web

SECRET = "signing-secret"
TEAM = "TINTAKE001"


def signed(body: bytes, *, age: int = 0, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(time.time()) - age)
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": "v0=" + digest.hexdigest(),
        "Content-Type": "application/json",
    }


def event(event_id: str, team: str = TEAM, **more) -> bytes:
    inner = {"type": "message", "channel": "D1", "channel_type": "im", "ts": "1.1", "text": "hi"}
    return json.dumps(
        {"type": "event_callback", "team_id": team, "event_id": event_id, "event": inner | more}
    ).encode()


@pytest.fixture
async def tenant(database, provisioner):
    return await database.tenant(await provisioner.tenant_for(TEAM))


@pytest.fixture
async def slack_url(database, tenant):
    intake = Intake(Workspaces(database), EventBatch(database, lambda: None), "AOURS")
    endpoints = SlackEndpoints(intake, SignatureVerifier(Secret(SECRET)))
    runner = web.AppRunner(build_web(endpoints.routes(), largest_body=LARGEST_BODY))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack"
    await runner.cleanup()


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


async def stored(tenant, event_id: str) -> int:
    async with tenant.db.transaction() as tx:
        return await tx.fetchval("select count(*) from inbox_event where event_id = $1", event_id)


async def post(http, url: str, body: bytes, headers: dict[str, str]) -> int:
    async with http.post(url, data=body, headers=headers) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        return answer.status


async def test_a_signed_event_is_stored_before_the_200(http, slack_url, tenant):
    body = event("EvStored")

    assert await post(http, f"{slack_url}/events", body, signed(body)) == 200
    assert await stored(tenant, "EvStored") == 1


async def test_the_same_event_ten_times_is_one_row(http, slack_url, tenant):
    body = event("EvTen")
    sent = [post(http, f"{slack_url}/events", body, signed(body)) for _ in range(10)]

    assert set(await asyncio.gather(*sent)) == {200}
    assert await stored(tenant, "EvTen") == 1


@pytest.mark.parametrize(
    "body",
    [b"{", b"[" * 200_000, b"[]", b"\xff\xfe", b"", b'{"type":"event_callback"}', b"null"],
    ids=["cut", "deep", "array", "not utf-8", "empty", "no event", "null"],
)
async def test_malformed_is_401_unsigned_and_400_at_most_signed(http, slack_url, body, caplog):
    assert await post(http, f"{slack_url}/events", body, {}) == 401
    assert await post(http, f"{slack_url}/events", body, signed(body)) in (200, 400)
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("path", ["events", "commands", "interactivity"])
async def test_unsigned_stale_or_foreign_is_401_and_nothing_is_stored(
    http, slack_url, tenant, path, caplog
):
    body = event("EvForged", text="canary-of-the-body")
    headers = [
        {},
        signed(body, age=301),
        # One from the future becomes a good one while a slow machine reads it.
        signed(body, age=-360),
        signed(body, secret="another"),
        signed(body) | {"X-Slack-Signature": "v0=ü"},
        signed(body) | {"X-Slack-Request-Timestamp": "yesterday"},
    ]
    statuses = [await post(http, f"{slack_url}/{path}", body, sent) for sent in headers]

    assert set(statuses) == {401}
    assert await stored(tenant, "EvForged") == 0
    assert "canary-of-the-body" not in caplog.text


async def test_a_body_over_the_limit_is_413_with_or_without_a_length(http, slack_url):
    large = b"x" * (LARGEST_BODY + 1)

    async def chunks():
        for start in range(0, len(large), 100_000):
            yield large[start : start + 100_000]

    assert await post(http, f"{slack_url}/events", large, signed(large)) == 413
    async with http.post(f"{slack_url}/events", data=chunks(), headers=signed(large)) as answer:
        assert answer.status == 413


async def test_the_challenge_is_echoed_only_when_signed(http, slack_url):
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()

    assert await post(http, f"{slack_url}/events", body, {}) == 401
    async with http.post(f"{slack_url}/events", data=body, headers=signed(body)) as answer:
        assert await answer.json() == {"challenge": "abc"}


async def test_an_unknown_workspace_and_another_app_leave_nothing(http, slack_url, tenant):
    unknown = event("EvUnknown", team="TNOBODY")
    foreign = json.loads(event("EvForeign"))
    foreign = json.dumps(foreign | {"api_app_id": "ATHEIRS"}).encode()

    assert await post(http, f"{slack_url}/events", unknown, signed(unknown)) == 200
    assert await post(http, f"{slack_url}/events", foreign, signed(foreign)) == 200
    assert await stored(tenant, "EvUnknown") == await stored(tenant, "EvForeign") == 0


async def test_a_command_of_an_unknown_workspace_is_answered_in_words(http, slack_url):
    body = urlencode({"team_id": "TNOBODY", "command": "/ask", "text": "x"}).encode()
    async with http.post(f"{slack_url}/commands", data=body, headers=signed(body)) as answer:
        assert "not set up for this workspace" in (await answer.json())["text"]


async def test_one_event_that_cannot_be_stored_does_not_take_its_neighbours(
    database, provisioner, http, tenant
):
    """A tenant erased a moment ago: its schema is gone, its row is still in a memory."""
    gone = await database.tenant(await provisioner.tenant_for("TGONE00001"))
    admin = await asyncpg.connect(provisioner.admin_dsn)
    await admin.execute(f"drop table tenant_{gone.tenant_id}.inbox_event")
    await admin.close()
    intake = Intake(Workspaces(database), EventBatch(database, lambda: None), None)
    bodies = [event("EvBroken", team="TGONE00001"), event("EvNeighbour")]
    results = await asyncio.gather(
        *(intake.accept_event(json.loads(body), body.decode()) for body in bodies),
        return_exceptions=True,
    )

    assert isinstance(results[0], Exception)
    assert results[1] is True
    assert await stored(tenant, "EvNeighbour") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"event": {"type": []}},
        {"event": {"type": "message", "subtype": {}}},
        {"event_id": "Ev\0"},
        {"team_id": "T\0"},
    ],
    ids=["type", "subtype", "event id", "team id"],
)
async def test_signed_nonsense_is_400_and_not_worth_another_try(http, slack_url, changes, caplog):
    body = json.dumps(json.loads(event("EvNonsense")) | changes).encode()

    assert await post(http, f"{slack_url}/events", body, signed(body)) == 400
    assert "Traceback" not in caplog.text
