"""Events over HTTP: signed, in time, again when they did not arrive."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox


async def test_an_event_is_signed_and_true_to_slack(
    listener: Any, person: Any, sandbox: Sandbox
) -> None:
    ts = await person("ana").say("hello")
    path, headers, body = await listener.next()
    envelope = json.loads(body)
    workspace = sandbox.world.find_workspace("northwind")
    assert workspace is not None

    assert path == "/slack/events"
    secret = sandbox.credentials["signing_secret"]
    assert SignatureVerifier(secret).is_valid_request(body, headers)
    assert "x-slack-retry-num" not in headers
    assert envelope["type"] == "event_callback"
    assert envelope["team_id"] == "TNORTHWIND"
    assert envelope["authorizations"][0]["user_id"] == workspace.bot_user_id
    assert envelope["is_ext_shared_channel"] is False
    event = envelope["event"]
    assert (event["type"], event["channel_type"], event["ts"]) == ("message", "im", ts)
    assert event["blocks"][0]["type"] == "rich_text"
    assert event["client_msg_id"]


@pytest.mark.parametrize("answer_s", [0.5])
async def test_a_failed_event_comes_again_with_number_and_reason(
    listener: Any, person: Any
) -> None:
    async def too_late() -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    listener.answers = [lambda: web.Response(status=500), too_late]
    await person("ana").say("hello")
    tries = [await listener.next() for _ in range(3)]

    said = [(h.get("x-slack-retry-num"), h.get("x-slack-retry-reason")) for _, h, _ in tries]
    assert said == [(None, None), ("1", "http_error"), ("2", "http_timeout")]
    assert len({json.loads(body)["event_id"] for _, _, body in tries}) == 1


async def test_the_app_can_ask_for_no_more(listener: Any, person: Any) -> None:
    refusal = web.Response(status=404, headers={"x-slack-no-retry": "1"})
    listener.answers = [lambda: refusal]
    await person("ana").say("first")
    await person("ana").say("second")

    texts = [(await listener.next_event())["text"] for _ in range(2)]
    assert texts == ["first", "second"]


async def test_after_three_retries_slack_gives_up(listener: Any, person: Any, caplog: Any) -> None:
    listener.answers = [lambda: web.Response(status=500)] * 4
    await person("ana").say("first")
    numbers = [(await listener.next())[1].get("x-slack-retry-num") for _ in range(4)]
    await person("ana").say("second")

    assert numbers == [None, "1", "2", "3"]
    assert (await listener.next_event())["text"] == "second"


async def test_a_mention_in_a_channel_is_two_events(listener: Any, person: Any) -> None:
    await person("ben", "#general").say("@AEGIS hello")
    events = [await listener.next_event() for _ in range(2)]

    assert sorted(event["type"] for event in events) == ["app_mention", "message"]
    assert all(event["text"].endswith("> hello") for event in events)


async def test_the_app_hears_itself_and_must_not_mind(
    listener: Any, person: Any, slack: AsyncWebClient
) -> None:
    said = await person("ana").act("say", text="hello")
    await listener.next()
    posted = await slack.chat_postMessage(channel=said["channel"], text="hi")
    own = await listener.next_event()
    await slack.chat_update(channel=said["channel"], ts=posted["ts"], text="hi!")
    changed = await listener.next_event()
    await slack.chat_delete(channel=said["channel"], ts=posted["ts"])
    deleted = await listener.next_event()

    assert own["bot_id"] == posted["message"]["bot_id"]
    assert changed["subtype"] == "message_changed"
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("hi!", "hi")
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", posted["ts"])


async def test_a_request_url_can_be_made_to_prove_itself(
    listener: Any, http: Any, sandbox: Sandbox
) -> None:
    body = {"request_url": listener.url, "verify": True}
    async with http.put(
        "/sandbox/app", json=body | {"request_url": f"{listener.url}/"}
    ) as response:
        refused = response.status
    _, headers, sent = await listener.next()

    async def repeat() -> web.Response:
        challenge = json.loads(listener.last[2])["challenge"]
        return web.json_response({"challenge": challenge})

    listener.answers = [repeat]
    async with http.put("/sandbox/app", json=body) as response:
        accepted = response.status

    assert (refused, accepted) == (400, 200)
    assert json.loads(sent)["type"] == "url_verification"
    assert SignatureVerifier(sandbox.credentials["signing_secret"]).is_valid_request(sent, headers)


async def test_a_reply_names_the_author_of_its_thread(
    listener: Any, person: Any, sandbox: Sandbox
) -> None:
    ts = await person("ana", "#general").say("question")
    await person("ben", "#general").say("answer", thread=ts)
    first, reply = [await listener.next_event() for _ in range(2)]

    assert (reply["thread_ts"], reply["parent_user_id"]) == (ts, first["user"])


async def test_an_outsider_comes_from_another_team(listener: Any, person: Any) -> None:
    await person("olga", "#with-copper-kettle").say("@AEGIS hello")
    _, _, body = await listener.next()
    envelope = json.loads(body)

    assert envelope["is_ext_shared_channel"] is True
    assert envelope["team_id"] == "TNORTHWIND"
    assert envelope["event"]["user_team"] == "TCOPPERKET"


async def test_only_what_the_app_subscribed_to_is_sent(
    listener: Any, person: Any, sandbox: Sandbox
) -> None:
    sandbox.world.app.events = frozenset(["app_mention"])
    await person("ben", "#general").say("just us")
    await person("ben").say("a direct message, @AEGIS")
    await person("ben", "#general").say("@AEGIS hello")

    assert (await listener.next_event())["type"] == "app_mention"
    assert listener.requests.empty()
