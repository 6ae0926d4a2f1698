"""What Slack wants answered within 3 s: stored first and never lost after, or answered at once."""

import asyncio
import json
from urllib.parse import urlencode

import pytest
from aiohttp import web

from bot.intake import accept
from core.jobs.note_held_back import ACTION
from core.lifecycle.freeze_tenant import freeze_tenant
from tests.attacks.conftest import knocking
from tests.attacks.door import Door, loopback, new_event_id


@pytest.fixture
async def door(stage_with):
    async with stage_with(works=False) as stage, knocking(stage) as opened:
        yield opened


async def interact(door: Door, payload: dict) -> tuple[int, str]:
    given = {"team": {"id": door.workspace["id"]}, "user": {"id": door.stage.person_id("ana")}}
    body = urlencode({"payload": json.dumps(given | payload)}).encode()
    return await door.knock(body, door.signed(body), "interactivity")


@pytest.mark.parametrize(
    ("kind", "stored_as"),
    [
        ("view_submission", "view"),
        ("view_closed", "view"),
        ("shortcut", "shortcut"),
        ("message_action", "shortcut"),
        ("block_actions", "action"),
    ],
)
async def test_a_modal_or_shortcut_is_stored_and_then_gets_an_empty_200(door, kind, stored_as):
    trigger = new_event_id()
    sent = {"type": kind, "trigger_id": trigger, "view": {"id": "V1"}}
    answers = await asyncio.gather(*(interact(door, sent) for _ in range(3)))

    assert answers == [(200, "")] * 3
    assert await door.stored(f"{stored_as}:{trigger}") == ["waiting"]


ASKED = {"type": "block_suggestion", "action_id": "pick", "block_id": "b", "value": "bik"}


async def test_a_menu_gets_its_options_from_the_listener_at_once(door):
    @door.stage.product.app.options("pick")
    async def pick(ack, payload, context):
        assert context["tenant"].tenant_id
        text = {"type": "plain_text", "text": f"{payload['value']}e"}
        await ack(options=[{"text": text, "value": "1"}])

    status, said = await interact(door, ASKED)

    assert status == 200
    assert json.loads(said)["options"][0]["text"]["text"] == "bike"


@pytest.mark.parametrize("trouble", ["raises", "is slow", "is not there", "is another's"])
async def test_a_menu_whose_listener_fails_is_empty_in_time(door, trouble, monkeypatch):
    monkeypatch.setattr(accept, "ANSWER_SECONDS", 0.3)
    if trouble != "is not there":

        @door.stage.product.app.options("pick")
        async def pick(ack):
            if trouble == "raises":
                raise RuntimeError
            await asyncio.sleep(30)

    asked = ASKED | ({"team": {"id": "TNOBODY"}} if trouble == "is another's" else {})
    async with asyncio.timeout(20):  # the slow one takes longer, and a busy machine less
        assert await interact(door, asked) == (200, '{"options": []}')


async def test_events_that_slack_holds_back_are_told_to_the_owner_once(stage):
    """The notice is no event of its own: it has no id, and comes once a minute."""
    async with knocking(stage) as door:
        notice = {"type": "app_rate_limited", "team_id": door.workspace["id"]}
        notice |= {"minute_rate_limited": 1_800_000_000, "api_app_id": stage.sandbox.world.app.id}
        body = json.dumps(notice).encode()
        for _ in range(3):
            assert (await door.knock(body, door.signed(body)))[0] == 200
        assert await door.until_done("task:note_held_back:1800000000") == ["done"]

        async with stage.tenants[door.company].db.transaction() as tx:
            rows = await tx.fetch("select detail from audit_event where action = $1", ACTION)
        assert [json.loads(row["detail"]) for row in rows] == [{"minute": 1_800_000_000}]


async def test_a_notice_of_nothing_is_malformed(door):
    body = json.dumps({"type": "app_rate_limited"}).encode()

    assert (await door.knock(body, door.signed(body)))[0] == 400


@pytest.fixture
async def hooks(door):
    """Where clicks are answered, and what is said there."""
    said: asyncio.Queue[dict] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        said.put_nowait(await request.json())
        return web.Response()

    async with loopback(take) as url:
        door.stage.product.clients.base_url = f"{url}/api/"
        yield url, said


async def test_whoever_presses_a_button_in_a_frozen_workspace_reads_that_nobody_is_served(
    door, hooks
):
    """A command and a form are answered at once; of a button Slack shows nothing but what is said at
    its address. Nothing is sent anywhere else."""
    url, said = hooks
    services, tenant = door.stage.product.services, door.stage.tenants[door.company]
    by = {"actor": "system", "reference": "test"}
    await freeze_tenant(
        services.database, services.provisioner, tenant.tenant_id, services.rules, **by
    )
    sent = {"type": "block_actions", "trigger_id": new_event_id()}

    assert await interact(door, sent | {"response_url": "http://127.0.0.2:1/x"}) == (200, "")
    assert await interact(door, sent | {"response_url": f"{url}/actions/x"}) == (200, "")
    answer = await asyncio.wait_for(said.get(), 20)
    assert "not set up for this workspace" in answer["text"]
    assert answer["response_type"] == "ephemeral"
    assert said.empty()
