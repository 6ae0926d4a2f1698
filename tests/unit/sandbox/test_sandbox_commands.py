"""Slash commands, clicks, and what the app answers to them."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox import Sandbox
from bot.sandbox.delivery.replies import RESPONSE_URL_USES

BUTTONS = [
    {
        "type": "actions",
        "block_id": "choose",
        "elements": [
            {
                "type": "button",
                "action_id": action_id,
                "value": "7",
                "text": {"type": "plain_text", "text": label},
            }
            for action_id, label in (("yes", "Yes"), ("no", "No"))
        ],
    }
]


def answering(body: Any = None, status: int = 200) -> list[Callable[[], web.Response]]:
    return [lambda: web.json_response(body, status=status)]


async def test_a_command_is_a_signed_form(listener: Any, person: Any, changes: Any) -> None:
    listener.answers = answering({"text": "Here", "response_type": "in_channel"})
    await person("ben", "#general").act("command", text="/ask Mina how <many> days?")
    path, headers, body = await listener.next()
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}

    assert path == "/slack/commands"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert (form["command"], form["text"]) == ("/ask", "Mina how <many> days?")
    assert (form["team_id"], form["channel_name"]) == ("TNORTHWIND", "general")
    assert [(c.kind, c.text) for c in changes()] == [("message", "Here")]


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (lambda: web.Response(text="Just words"), "ephemeral", "Just words"),
        (lambda: web.Response(status=500), "ephemeral", "dispatch_failed"),
        (lambda: web.json_response({"txt": "x"}), "ephemeral", "invalid_command_response"),
    ],
)
async def test_an_answer_becomes_words(
    listener: Any, person: Any, changes: Any, answer: Any, kind: str, words: str
) -> None:
    listener.answers = [answer]
    await person("ana").act("command", text="/ask hello")

    (change,) = changes()
    assert change.kind == kind
    assert words in change.text


@pytest.mark.parametrize("answer_s", [0.5])
async def test_a_command_nobody_answers_says_so(person: Any, changes: Any, listener: Any) -> None:
    async def never() -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    listener.answers = [never]
    await person("ana").act("command", text="/ask hello")

    assert "operation_timeout" in changes("ephemeral")[0].text


async def test_commands_slack_refuses_itself(person: Any, changes: Any) -> None:
    ts = await person("ana").say("hello")
    await person("ana").act("command", text="/nothing here")
    await person("ana").act("command", text="/ask hello", thread=ts)
    no_command = await person("ana").act("command", text="ask hello")

    unknown, in_thread = changes("ephemeral")
    assert "not a valid command" in unknown.text
    assert "not supported in threads" in in_thread.text
    assert no_command["status"] == 400


async def test_a_click_carries_message_and_place(
    listener: Any, person: Any, slack: Any, changes: Any
) -> None:
    ana = person("ana", "#general")
    said = await ana.act("say", text="hello")
    await listener.next()
    posted = await slack.chat_postMessage(
        channel=said["channel"], thread_ts=said["ts"], text="Choose", blocks=BUTTONS
    )
    await listener.next()
    done = await ana.act("click", ts=posted["ts"], action_id="yes")
    path, _, body = await listener.next()
    payload = json.loads(parse_qs(body.decode())["payload"][0])

    assert (done["status"], path) == (200, "/slack/interactivity")
    assert payload["type"] == "block_actions"
    action = payload["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"]) == ("yes", "choose", "7")
    assert payload["message"]["thread_ts"] == payload["container"]["thread_ts"] == said["ts"]
    assert payload["user"]["team_id"] == payload["team"]["id"] == "TNORTHWIND"

    answer = AsyncWebhookClient(payload["response_url"])
    await answer.send(text="You chose yes", replace_original=True)
    assert changes("update")[-1].text == "You chose yes"
    assert (await ana.act("click", ts=posted["ts"], action_id="yes"))["status"] == 404


async def test_an_ephemeral_message_is_clicked_without_a_copy_and_deleted(
    listener: Any, person: Any, slack: Any, sandbox: Sandbox, changes: Any
) -> None:
    ben = person("ben", "#general")
    said = await ben.act("say", text="hello")
    workspace = sandbox.world.find_workspace("northwind")
    assert workspace is not None
    user = workspace.find_person("ben")
    assert user is not None
    sent = await slack.chat_postEphemeral(
        channel=said["channel"], user=user.id, text="Choose", blocks=BUTTONS
    )
    await listener.next()
    other = await person("ana", "#general").act("click", ts=sent["message_ts"], text="No")
    await ben.act("click", ts=sent["message_ts"], text="No")
    _, _, body = await listener.next()
    payload = json.loads(parse_qs(body.decode())["payload"][0])
    await AsyncWebhookClient(payload["response_url"]).send_dict({"delete_original": True})

    assert other["status"] == 404
    assert "message" not in payload
    assert payload["container"]["is_ephemeral"] is True
    assert changes("delete")[0].seen_by == ("ben",)


async def test_a_response_url_is_good_five_times(
    listener: Any, person: Any, changes: Any, http: aiohttp.ClientSession
) -> None:
    await person("ana").act("command", text="/ask hello")
    _, _, body = await listener.next()
    url = parse_qs(body.decode())["response_url"][0]

    async def answer(body: Any) -> int:
        async with http.post(url, json=body) as response:
            return response.status

    refused = [await answer(body) for body in ({"text": ""}, {"txt": "a"}, ["a"])]
    statuses = [await answer({"text": "a"}) for _ in range(RESPONSE_URL_USES + 1)]

    assert refused == [400, 400, 400]
    assert statuses == [200] * RESPONSE_URL_USES + [404]
    assert len(changes("ephemeral")) == RESPONSE_URL_USES


async def test_mentions_in_a_command_come_with_their_ids_as_should_escape_promises(
    person: Callable[..., Any], listener: Any, sandbox: Any
) -> None:
    ben = sandbox.world.find_workspace("northwind").find_person("ben").id
    await person("ana", "#general").act("command", text="/aegis audit person:@ben @nobody <b>")

    _, _, body = await listener.next()
    assert parse_qs(body.decode())["text"] == [f"audit person:<@{ben}|ben> @nobody <b>"]
