"""Every route of the web server: no way in it says whose the work is but what Slack has signed."""

import asyncio
import hashlib
import hmac
import json
import os
import time

import aiohttp
import pytest
from aiohttp import web

from bot.intake.accept import Intake
from bot.intake.batch import EventBatch
from bot.intake.http import LARGEST_BODY, SlackEndpoints
from bot.intake.signature import SignatureVerifier
from core.jobs.model import IncomingEvent
from core.kernel.secret import Secret
from core.tenancy import store
from core.tenancy.workspaces import Workspaces
from web_oauth import health
from web_oauth.app import build_web

SECRET = "signing-secret"
CANARY = "what-only-this-tenant-knows"


def signed(body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
        "Content-Type": "application/json",
    }


def event(signed_team: str, event_id: str, **more) -> bytes:
    inner = {"type": "message", "channel": "D1", "ts": "1.1", "text": CANARY} | more.pop(
        "event", {}
    )
    whole = {"type": "event_callback", "team_id": signed_team, "event_id": event_id, "event": inner}
    return json.dumps(whole | more).encode()


class Site:
    """The product's web server on loopback, and two workspaces behind it."""

    def __init__(self, app: web.Application, url: str, http: aiohttp.ClientSession) -> None:
        self.app, self.url, self.http = app, url, http

    async def send(self, path: str, body: bytes = b"", method: str = "POST", **more) -> tuple:
        headers = (signed(body) if body else {}) | more.pop("headers", {})
        where = self.url + path
        async with self.http.request(method, where, data=body, headers=headers, **more) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def site(database):
    async def broken(request: web.Request) -> web.Response:
        raise RuntimeError(CANARY)

    intake = Intake(Workspaces(database), EventBatch(database, lambda: None), None)
    routes = SlackEndpoints(intake, SignatureVerifier(Secret(SECRET))).routes()
    routes += health.routes(database)
    app = build_web([*routes, web.get("/broken", broken)], largest_body=LARGEST_BODY)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as http:
        yield Site(app, f"http://127.0.0.1:{runner.addresses[0][1]}", http)
    await runner.cleanup()


@pytest.fixture
async def teams(database, pair) -> list[str]:
    async with database.control() as tx:
        return [str(await store.find_team(tx, context.tenant_id)) for context in pair]


async def inbox(context) -> list[str]:
    async with context.db.transaction() as tx:
        return [row["event_id"] for row in await tx.fetch("select event_id from inbox_event")]


def test_no_route_takes_an_id_in_its_path(site):
    """A29: listed from the router; a route that does needs its foreign ids tried here."""
    with_ids = [r.canonical for r in site.app.router.resources() if "{" in r.canonical]

    assert with_ids == []


async def test_every_unserved_path_and_method_says_the_same_whoever_is_named(site, pair):
    """A29, A42: no stream, job, export or preview of anybody's is told from one that is not there."""
    missing = await site.send("/exports/" + "0" * 32, method="GET")
    for kind in ("exports", "jobs", "streams", "previews", "t", "slack"):
        for context in pair:
            for method in ("GET", "PUT", "DELETE", "PATCH"):
                assert await site.send(f"/{kind}/{context.tenant_id}", method=method) == missing
    assert missing[0] == 404


async def test_a_tenant_named_anywhere_but_in_the_signed_team_is_ignored(site, pair, teams):
    """A30: header, cookie, query, JSON, a blob that looks like a token."""
    ours, theirs = pair
    blob = "eyJhbGciOiJub25lIn0.eyJ0ZW5hbnQiOiJ" + theirs.tenant_id + "In0."
    names = ("tenant", "tenant_id", "team", "schema", "workspace", "role")
    for number, named in enumerate((theirs.tenant_id, f"tenant_{theirs.tenant_id}", teams[1])):
        body = event(teams[0], f"Ev{number}", **dict.fromkeys(names, named))
        headers = {f"X-{name.replace('_', '-')}": named for name in names}
        headers |= {"Authorization": f"Bearer {blob}", "X-Forwarded-Host": named, "Origin": named}
        answer = await site.send(
            "/slack/events",
            body,
            headers=headers,
            params=dict.fromkeys([*names, "team_id"], named),
            cookies=dict.fromkeys([*names, "session"], named),
        )
        assert answer == (200, "")

    assert sorted(await inbox(ours)) == ["Ev0", "Ev1", "Ev2"]
    assert await inbox(theirs) == []


async def test_a_team_inside_the_event_does_not_decide(site, pair, teams):
    """A30: in a shared channel an author's team is the other company's."""
    ours, theirs = pair
    inner = dict.fromkeys(("team", "user_team", "source_team", "team_id"), teams[1])
    authorized = [{"team_id": teams[0]}]

    await site.send("/slack/events", event(teams[0], "EvInner", event=inner))
    await site.send("/slack/events", event(teams[1], "EvShared", authorizations=authorized))

    assert sorted(await inbox(ours)) == ["EvInner", "EvShared"]
    assert await inbox(theirs) == []


async def test_a_page_of_health_or_error_shows_nothing_of_a_tenant(site, pair, teams):
    """A43: not what was asked, not whose it was, not what broke."""
    body = event(teams[0], "EvPage")
    shown = [
        await site.send("/health/live", method="GET"),
        await site.send("/health/ready", method="GET"),
        await site.send("/broken", method="GET"),
        await site.send("/nowhere/" + CANARY, method="GET"),
        await site.send("/slack/events", body),
        await site.send("/slack/events", b'{"type": "event_callback", "x": "' + CANARY.encode()),
        await site.send("/slack/events", body, headers={"X-Slack-Signature": "v0=" + CANARY}),
        await site.send("/slack/events", body, method="GET"),
    ]

    assert [status for status, _ in shown] == [200, 200, 500, 404, 200, 400, 401, 405]
    for _, text in shown:
        for word in (CANARY, teams[0], pair[0].tenant_id, "Traceback", "RuntimeError"):
            assert word not in text


@pytest.mark.parametrize("status", ["frozen", "erasing", "erased"])
@pytest.mark.parametrize("known", [False, True], ids=["looked up anew", "known from before"])
async def test_a_late_event_of_a_tenant_that_is_off_is_answered_and_leaves_nothing(
    site, pair, teams, admin, status, known
):
    """Frozen or gone: 200, so that Slack stays quiet, and not a row; the neighbour's is stored."""
    ours, theirs = pair
    if known:
        await site.send("/slack/events", event(teams[0], "EvBefore"))
    await admin.execute(
        "update control.tenant set status = $2 where tenant_id = $1", ours.tenant_id, status
    )
    if status == "erased":
        await admin.execute(f"drop schema tenant_{ours.tenant_id} cascade")

    late = [site.send("/slack/events", event(team, "EvLate")) for team in teams]
    assert await asyncio.gather(*late) == [(200, ""), (200, "")]
    assert await inbox(theirs) == ["EvLate"]
    waiting = await admin.fetchval(
        "select coalesce(sum(signal), 0) from control.mailbox where tenant_id = $1", ours.tenant_id
    )
    assert waiting == (1 if known else 0)
    if status != "erased":
        rows = await admin.fetch(f"select event_id from tenant_{ours.tenant_id}.inbox_event")
        assert [row["event_id"] for row in rows] == (["EvBefore"] if known else [])


async def test_a_batch_with_a_tenant_that_is_gone_takes_the_others_in(database, pair, admin):
    """One company's end is not another's lost question."""
    ours, theirs = pair
    await admin.execute(
        "update control.tenant set status = 'erased' where tenant_id = $1", ours.tenant_id
    )
    name = "Ev" + os.urandom(4).hex()
    batch = EventBatch(database, lambda: None)

    await asyncio.gather(
        *(batch.accept(IncomingEvent(c.tenant_id, "box", name, "event", "{}")) for c in pair)
    )

    assert await inbox(theirs) == [name]
