"""Triggers, modals, shortcuts and menus."""

import json
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from bot.sandbox.model.dialogs import triggers

Json = dict[str, Any]


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def modal(**more: Any) -> Json:
    field = {"type": "plain_text_input", "action_id": "name"}
    block = {"type": "input", "block_id": "who", "label": words("Name"), "element": field}
    shape = {"type": "modal", "title": words("Setup"), "submit": words("Save"), "blocks": [block]}
    return shape | {"callback_id": "setup"} | more


@pytest.fixture
def act(http: aiohttp.ClientSession) -> Any:
    async def post(what: str, **body: Any) -> Json:
        seat = {"workspace": "northwind", "person": "ana"}
        async with http.post(f"/sandbox/{what}", json=seat | body) as response:
            return dict(await response.json())

    return post


@pytest.fixture
def trigger(act: Any, listener: Any) -> Any:
    """What a person does to let the app open a modal."""

    async def use() -> str:
        told = await act("shortcut", callback_id="open_setup")
        await listener.next()
        return str(told["trigger_id"])

    return use


async def payload(listener: Any) -> Json:
    path, _, body = await listener.next()
    assert path == "/slack/interactivity"
    return dict(json.loads(parse_qs(body.decode())["payload"][0]))


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_global_shortcut_and_one_on_a_message(act: Any, listener: Any, person: Any) -> None:
    told = await act("shortcut", callback_id="open_setup")
    plain = await payload(listener)
    ts = await person().say("remember this")
    await listener.next()
    await act("shortcut", callback_id="remember", ts=ts, **{"in": "dm"})
    about = await payload(listener)

    assert (plain["type"], plain["callback_id"]) == ("shortcut", "open_setup")
    assert plain["trigger_id"] == told["trigger_id"]
    assert (told["status"], told["answer"]) == (200, None)
    assert "channel" not in plain
    assert (about["type"], about["message"]["text"]) == ("message_action", "remember this")
    assert about["channel"]["name"] == "directmessage"
    assert "/actions/" in about["response_url"]


async def test_a_trigger_opens_one_modal_in_its_seconds(
    slack: AsyncWebClient, trigger: Any, monkeypatch: Any, sandbox: Sandbox
) -> None:
    used = await trigger()
    opened = await slack.views_open(trigger_id=used, view=modal())
    assert await refused(slack.views_open(trigger_id=used, view=modal())) == (
        "exchanged_trigger_id"
    )
    assert await refused(slack.views_open(trigger_id="1.2.ab", view=modal())) == (
        "invalid_trigger_id"
    )
    sandbox.world.faults.expired_triggers = True
    late = await trigger()
    sandbox.world.faults.expired_triggers = False
    assert await refused(slack.views_open(trigger_id=late, view=modal())) == "expired_trigger_id"
    monkeypatch.setattr(triggers, "TRIGGER_S", 0.0)
    slow = await trigger()
    assert await refused(slack.views_open(trigger_id=slow, view=modal())) == "expired_trigger_id"

    view = opened["view"]
    assert (view["team_id"], view["callback_id"]) == ("TNORTHWIND", "setup")
    assert view["root_view_id"] == view["id"]


async def test_a_trigger_of_one_workspace_opens_nothing_in_another(
    sandbox: Sandbox, trigger: Any
) -> None:
    harbor = sandbox.credentials["workspaces"][1]["bot_token"]
    client = AsyncWebClient(token=harbor, base_url=sandbox.api_url)
    call = client.views_open(trigger_id=await trigger(), view=modal())

    assert await refused(call) == "invalid_trigger_id"


WRONG = {
    "long title": modal(title=words("x" * 25)),
    "no submit": {k: v for k, v in modal().items() if k != "submit"},
    "unknown key": modal(colour="red"),
    "a message's block": modal(blocks=[{"type": "markdown", "text": "hello"}]),
    "home": modal(type="home"),
    "101 blocks": modal(blocks=[{"type": "divider"}] * 101),
}


@pytest.mark.parametrize("view", WRONG.values(), ids=WRONG)
async def test_a_wrong_modal_is_refused(slack: AsyncWebClient, trigger: Any, view: Json) -> None:
    call = slack.views_open(trigger_id=await trigger(), view=view)

    assert await refused(call) == "invalid_arguments"


async def test_a_modal_is_changed_stacked_and_sent(
    slack: AsyncWebClient, trigger: Any, act: Any, listener: Any
) -> None:
    first = (await slack.views_open(trigger_id=await trigger(), view=modal()))["view"]
    changed = modal(callback_id="changed")
    second = (await slack.views_update(view_id=first["id"], hash=first["hash"], view=changed))[
        "view"
    ]
    stale = slack.views_update(view_id=first["id"], hash=first["hash"], view=changed)
    assert await refused(stale) == "hash_conflict"
    assert await refused(slack.views_update(view_id="V0", view=changed)) == "not_found"
    pushed = (await slack.views_push(trigger_id=await trigger(), view=modal()))["view"]
    await slack.views_push(trigger_id=await trigger(), view=modal(callback_id="top"))
    full = slack.views_push(trigger_id=await trigger(), view=modal())
    assert await refused(full) == "push_limit_reached"

    values = {"who": {"name": {"type": "plain_text_input", "value": "Ana"}}}
    listener.answers = [
        lambda: web.json_response({"response_action": "errors", "errors": {"who": "no"}})
    ]
    told = await act("view", callback_id="top", values=values)
    sent = await payload(listener)
    await act("view", callback_id="top", closed=True)
    closed = await payload(listener)

    assert second["hash"] != first["hash"]
    assert pushed["previous_view_id"] == first["id"]
    assert told["answer"]["response_action"] == "errors"
    assert (sent["type"], sent["view"]["state"]["values"]) == ("view_submission", values)
    # With errors it stayed open, so it is this very one that was closed.
    assert (closed["type"], closed["view"]["id"]) == ("view_closed", sent["view"]["id"])


async def test_a_modal_the_app_never_opened_can_be_sent(act: Any, listener: Any) -> None:
    told = await act("view", callback_id="anything", values={})
    sent = await payload(listener)

    assert told["status"] == 200
    assert (sent["view"]["callback_id"], sent["view"]["type"]) == ("anything", "modal")


async def test_a_menu_asks_the_app_for_its_options(act: Any, listener: Any, person: Any) -> None:
    ts = await person().say("hello")
    await listener.next()
    found = {"options": [{"text": words("Ana"), "value": "1"}]}
    listener.answers = [lambda: web.json_response(found)]
    told = await act("options", action_id="people", value="an", ts=ts, **{"in": "dm"})
    asked = await payload(listener)

    assert told == {"status": 200, "answer": found}
    assert (asked["type"], asked["value"]) == ("block_suggestion", "an")
    assert asked["container"]["message_ts"] == ts


async def test_a_click_and_a_command_bring_triggers_that_work(
    slack: AsyncWebClient, act: Any, listener: Any
) -> None:
    await act("command", text="/aegis help", **{"in": "#general"})
    path, _, body = await listener.next()
    trigger_id = parse_qs(body.decode())["trigger_id"][0]

    assert path == "/slack/commands"
    assert (await slack.views_open(trigger_id=trigger_id, view=modal()))["ok"]
