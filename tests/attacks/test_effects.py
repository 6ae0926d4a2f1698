"""Signed, but not ours, not whole, or sent more than once (A11 to A15, A26)."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from aiohttp import web

from bot.intake.accept import Intake
from bot.intake.batch import EventBatch
from bot.intake.http import LARGEST_BODY, SlackEndpoints
from bot.intake.signature import SignatureVerifier
from core.db.database import Database
from core.db.pool import open_pool
from core.kernel.secret import Secret
from core.lifecycle.freeze_tenant import freeze_tenant
from core.tenancy.workspaces import Workspaces
from tests.attacks.door import Door, loopback, new_event_id
from web_oauth.app import build_web

CANARY = "canary-of-the-body"


@pytest.mark.parametrize("path", ["events", "commands", "interactivity"])
async def test_a11_a_signed_request_for_another_app_is_ignored_and_logged(door: Door, path, caplog):
    """One signing secret, another app's id: acknowledged, not stored, and a line in the log."""
    event_id = new_event_id()
    if path == "events":
        body = door.said(CANARY, event_id, api_app_id="A0THEIRS")
    else:
        given = {"api_app_id": "A0THEIRS", "trigger_id": event_id, "text": CANARY}
        click = given | {"type": "block_actions", "team": {"id": door.workspace["id"]}}
        command = given | {"team_id": door.workspace["id"], "command": "/ask"}
        form = command if path == "commands" else {"payload": json.dumps(click)}
        body = urlencode(form).encode()
    status, _ = await door.knock(body, door.signed(body), path)

    assert status == 200
    for stored in (event_id, f"command:{event_id}", f"action:{event_id}"):
        assert await door.stored(stored) == []
    assert "another app" in caplog.text
    assert CANARY not in caplog.text


@asynccontextmanager
async def replica(door: Door, database: Database):
    """Another web process as the first one sees it: nothing in common but the database."""
    intake = Intake(Workspaces(database), EventBatch(database, lambda: None), None)
    secret = Secret(door.stage.sandbox.credentials["signing_secret"])
    endpoints = SlackEndpoints(intake, SignatureVerifier(secret))
    runner = web.AppRunner(build_web(endpoints.routes(), largest_body=LARGEST_BODY))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield replace(door, address=f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()


async def test_a12_one_event_four_times_at_once_at_two_replicas_has_one_effect(
    door: Door, service_dsn, master, through_pooler
):
    """Both acknowledge each delivery, and one row is there, whoever wrote it."""
    pools = [await open_pool(service_dsn, size=3, pooled=through_pooler) for _ in range(2)]
    first, second = (Database(pool, master) for pool in pools)
    async with replica(door, first) as one, replica(door, second) as other:
        for _ in range(15):
            event_id = new_event_id()
            body = door.said(event_id=event_id)
            headers = door.signed(body)
            doors = [one, other] * 4
            answers = await asyncio.gather(*(each.knock(body, headers) for each in doors))

            assert [status for status, _ in answers] == [200] * 8
            assert await door.stored(event_id) == ["waiting"]
    for pool in pools:
        await pool.close()


async def test_a14_an_event_whose_first_delivery_dies_is_processed_when_it_comes_again(
    door: Door, monkeypatch
):
    """The database is away at the first try: 503, no row. The retry is stored like a first."""
    event_id = new_event_id()
    body = door.said(event_id=event_id)
    headers = door.signed(body) | {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_error"}
    pool = door.stage.product.storage.intake._pool
    taken = [await pool.acquire() for _ in range(pool.get_max_size())]
    monkeypatch.setattr("bot.intake.accept.ANSWER_SECONDS", 0.3)
    try:
        status, _ = await door.knock(body, door.signed(body))
    finally:
        for connection in taken:
            await pool.release(connection)
    monkeypatch.undo()

    assert status == 503
    assert await door.stored(event_id) == []
    assert (await door.knock(body, headers))[0] == 200
    assert await door.stored(event_id) == ["waiting"]


async def test_a15_an_event_of_a_workspace_that_took_the_app_out_starts_nothing(
    working_door: Door, caplog
):
    """Uninstalled means frozen: 200, no row, nobody answers, and a line in the log."""
    door, event_id = working_door, new_event_id()
    product, tenant = door.stage.product, door.stage.tenants[door.company]
    services = product.services
    await freeze_tenant(
        services.database,
        services.provisioner,
        tenant.tenant_id,
        services.rules,
        actor="system",
        reference="test",
    )
    body = door.said(CANARY, event_id)
    status, _ = await door.knock(body, door.signed(body))

    assert status == 200
    assert await door.stored(event_id) == []
    assert "unknown workspace" in caplog.text
    assert CANARY not in caplog.text
    assert await door.answers() == []


@asynccontextmanager
async def thief():
    """A server that is not Slack, and what it was sent."""
    robbed: list[tuple[str, str | None, str]] = []

    async def take(request: web.Request) -> web.Response:
        token = request.headers.get("Authorization")
        robbed.append((request.path, token, await request.text()))
        return web.Response(text="thank you")

    async with loopback(take) as url:
        yield url, robbed


async def test_a26_a_file_on_a_host_that_is_not_slacks_is_never_fetched(working_door: Door):
    """Nothing goes to that host, the token least of all; the person is told why."""
    async with thief() as (elsewhere, robbed):
        for address in (elsewhere, elsewhere.replace("://", "://files.slack.com@")):
            event_id = new_event_id()
            file = {"id": "F1", "name": "a.txt", "size": 9, "url_private": f"{address}/a.txt"}
            inner = {"subtype": "file_share", "files": [file]}
            body = working_door.said("", event_id, inner)
            await working_door.knock(body, working_door.signed(body))
            await working_door.until_done(event_id)

    assert robbed == []
    assert "not kept by Slack" in "\n".join(await working_door.answers())


async def test_a26_a_response_url_that_is_not_slacks_is_never_answered(working_door: Door):
    """A command whose `response_url` leads elsewhere gets no answer there."""
    async with thief() as (elsewhere, robbed):
        form = {
            "command": "/aegis",
            "text": "help",
            "team_id": working_door.workspace["id"],
            "channel_id": working_door.direct,
            "user_id": working_door.stage.person_id("ana"),
            "trigger_id": new_event_id(),
            "response_url": f"{elsewhere}/commands/T1/1",
        }
        body = urlencode(form).encode()
        status, _ = await working_door.knock(body, working_door.signed(body), "commands")
        await working_door.until_done(f"command:{form['trigger_id']}")

    assert status == 200
    assert robbed == []
