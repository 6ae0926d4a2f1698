"""Persons and channels change, other apps' bots speak, and the app is told as Slack tells it."""

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from bot.sandbox.seed import SCOPES

Json = dict[str, Any]


@pytest.fixture
def control(http: aiohttp.ClientSession) -> Any:
    async def post(what: str, **body: Any) -> Json:
        async with http.post(f"/sandbox/{what}", json=body) as response:
            return dict(await response.json()) | {"status": response.status}

    return post


@pytest.fixture
def general(sandbox: Sandbox) -> Any:
    northwind = sandbox.world.find_workspace("northwind")
    assert northwind is not None
    return northwind.find_channel("#general")


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"deleted": True}, "deleted", True),
        ({"kind": "guest"}, "is_restricted", True),
        ({"kind": "single_guest"}, "is_ultra_restricted", True),
        ({"kind": "admin"}, "is_admin", True),
        ({"real_name": "Ana Ruiz"}, "real_name", "Ana Ruiz"),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, dict) else "",
)
async def test_a_person_changes_and_the_app_hears(
    control: Any, listener: Any, slack: AsyncWebClient, change: Json, field: str, value: Any
) -> None:
    answer = await control("person", workspace="northwind", person="ben", **change)
    event = await listener.next_event()

    assert event["type"] == "user_change"
    assert event["user"][field] == value
    user = (await slack.users_info(user=answer["user"]["id"]))["user"]
    assert user[field] == value


async def test_an_email_address_needs_its_scope(control: Any) -> None:
    changed = await control("person", workspace="northwind", person="ben", email="ana@x.test")
    assert "email" not in changed["user"]["profile"]

    scopes = SCOPES | {"users:read.email"}
    async with Sandbox.open(scopes=scopes) as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        body = {"workspace": "northwind", "person": "ben", "email": "ana@x.test"}
        async with http.post("/sandbox/person", json=body) as response:
            assert (await response.json())["user"]["profile"]["email"] == "ana@x.test"


async def test_an_unknown_standing_is_refused(control: Any) -> None:
    answer = await control("person", workspace="northwind", person="ben", kind="king")

    assert (answer["status"], "member" in answer["error"]) == (400, True)


async def test_another_apps_bot_speaks_as_slack_shows_it(
    control: Any, listener: Any, slack: AsyncWebClient
) -> None:
    place = {"workspace": "northwind", "in": "#general"}
    await control("bot", text="@AEGIS hello", **place)
    events = [await listener.next_event() for _ in range(2)]
    await control("bot", text="old", classic=True, **place)
    classic = await listener.next_event()

    assert sorted(event["type"] for event in events) == ["app_mention", "message"]
    said = events[0]
    assert "subtype" not in said
    assert said["bot_id"] == said["bot_profile"]["id"]
    assert said["bot_profile"]["name"] == "Relay"
    assert said["app_id"] == said["bot_profile"]["app_id"]
    assert (await slack.users_info(user=said["user"]))["user"]["is_bot"] is True
    assert (classic["subtype"], "user" in classic) == ("bot_message", False)
    assert classic["username"] == "Relay"


async def test_a_partners_bot_speaks_in_the_shared_channel_alone(
    control: Any, listener: Any
) -> None:
    place = {"workspace": "northwind", "text": "hello", "outsider": True}
    refused = await control("bot", **place, **{"in": "#general"})
    await control("bot", **place, **{"in": "#with-copper-kettle"})
    _, _, body = await listener.next()

    envelope = json.loads(body)
    assert refused["status"] == 400
    assert envelope["is_ext_shared_channel"] is True
    assert envelope["event"]["team"] == envelope["event"]["source_team"] == "TCOPPERKET"
    assert envelope["event"]["bot_id"]


async def test_an_archived_channel_is_read_and_not_written(
    control: Any, slack: AsyncWebClient, general: Any, person: Any
) -> None:
    ts = await person("ben", "#general").say("before")
    own = (await slack.chat_postMessage(channel=general.id, text="mine"))["ts"]
    await control("channel", workspace="northwind", archived=True, **{"in": "#general"})

    for call, error in (
        (slack.chat_postMessage(channel=general.id, text="x"), "is_archived"),
        (slack.reactions_add(channel=general.id, name="eyes", timestamp=ts), "is_archived"),
        (slack.chat_update(channel=general.id, ts=own, text="x"), "is_inactive"),
    ):
        with pytest.raises(SlackApiError, match=error):
            await call
    info = await slack.conversations_info(channel=general.id)
    history = await slack.conversations_history(channel=general.id)
    assert info["channel"]["is_archived"] is True
    assert len(history["messages"]) == 2
    assert (await person("ben", "#general").act("say", text="x"))["status"] == 400

    await control("channel", workspace="northwind", archived=False, **{"in": "#general"})
    assert (await slack.chat_postMessage(channel=general.id, text="x"))["ok"]


async def test_a_deleted_channel_is_not_found(
    control: Any, slack: AsyncWebClient, general: Any
) -> None:
    await control("channel", workspace="northwind", deleted=True, **{"in": "#general"})

    with pytest.raises(SlackApiError, match="channel_not_found"):
        await slack.chat_postMessage(channel=general.id, text="x")
