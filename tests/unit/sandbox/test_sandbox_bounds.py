"""What the sandbox keeps is bounded, and no call of a method can break it."""

import random
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Sandbox
from bot.sandbox.delivery.log import KEPT_DELIVERIES, DeliveryLog
from bot.sandbox.delivery.parcel import Answer, Parcel
from bot.sandbox.model import people
from bot.sandbox.model.channel import KEPT_MESSAGES
from bot.sandbox.model.feed import KEPT_CHANGES, Feed
from bot.sandbox.webapi.table import load_table

NASTY: list[Any] = [
    "",
    " ",
    "0",
    "1.2",
    "now",
    "\x00",
    "<@U1>",
    "a" * 13_000,
    0,
    -1,
    10**30,
    1.5,
    True,
    [],
    {},
    [None],
    [[]],
    [{}],
    {"a": 1},
    [{"type": "section", "text": []}],
    [{"type": "table", "rows": [1]}],
    [{"type": "actions", "elements": [{"type": "button", "text": None}]}],
    [{"type": "markdown_text", "text": None}],
    [{"type": "task_update", "id": "1", "title": 3, "sources": "x"}],
    [{"type": "blocks", "blocks": [{"type": "divider", "block_id": 3}]}],
    [{"title": 1, "message": 2}],
    {"event_type": 1, "event_payload": None},
]


@pytest.mark.parametrize("method", load_table().methods.values(), ids=load_table().methods)
async def test_no_argument_breaks_a_method(
    method: Any, http: aiohttp.ClientSession, sandbox: Sandbox, person: Any
) -> None:
    chance = random.Random(method.name)
    said = await person("ana").act("say", text="hello")
    places = {"channel": said["channel"], "channel_id": said["channel"]}
    places |= dict.fromkeys(("ts", "thread_ts", "timestamp"), said["ts"])
    headers = {"Authorization": f"Bearer {sandbox.credentials['workspaces'][0]['bot_token']}"}
    for _ in range(60):
        names = [name for name in method.arguments if chance.random() < 0.4]
        body = {name: chance.choice(NASTY) for name in {*names, *method.required}}
        body |= {name: value for name, value in places.items() if name in body}
        async with http.post(f"/api/{method.name}", json=body, headers=headers) as response:
            answer = await response.json()
            assert response.status == 200
            assert answer["ok"] or answer["error"] != "fatal_error", (body, answer)


async def test_the_feed_forgets_the_oldest() -> None:
    feed = Feed()
    blank = dict.fromkeys(
        [
            "workspace",
            "channel",
            "channel_id",
            "thread",
            "ts",
            "author",
            "kind",
            "text",
            "message",
            "session",
        ]
    )
    for _ in range(KEPT_CHANGES + 10):
        feed.publish(**blank, workspace_id="T", seen_by=())

    kept = feed.after(0, ["T"])
    assert (len(kept), kept[0].seq, kept[-1].seq) == (KEPT_CHANGES, 11, KEPT_CHANGES + 10)


async def test_a_channel_forgets_the_oldest(sandbox: Sandbox, slack: Any) -> None:
    workspace = sandbox.world.find_workspace("northwind")
    assert workspace is not None
    channel = workspace.find_channel("#general")
    assert channel is not None
    first = (await slack.chat_postMessage(channel=channel.id, text="first"))["ts"]
    message = channel.messages[first]
    for number in range(KEPT_MESSAGES):
        channel.messages[str(number)] = message
    last = (await slack.chat_postMessage(channel=channel.id, text="last"))["ts"]

    assert len(channel.messages) == KEPT_MESSAGES
    assert first not in channel.messages
    assert last in channel.messages


async def test_a_workspace_forgets_the_oldest_files(
    person: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "KEPT_FILE_BYTES", 10)
    dropped = [await person("ana").drop(f"{n}.txt", b"12345") for n in range(3)]
    workspace = sandbox.world.find_workspace("northwind")
    assert workspace is not None

    assert list(workspace.files) == [each["file"]["id"] for each in dropped[1:]]
    assert list(workspace.file_bytes) == list(workspace.files)


def test_the_list_of_deliveries_forgets_the_oldest() -> None:
    log = DeliveryLog()
    parcel = Parcel(kind="events", payload={"event_id": "Ev1", "event": {"type": "message"}})
    for _ in range(KEPT_DELIVERIES + 5):
        log.add(parcel, Answer(status=200), 1.0, 0.001)

    assert len(log.after(0)) == KEPT_DELIVERIES
    assert (log.after(0)[0].n, log.after(log.last - 1)[0].n) == (6, KEPT_DELIVERIES + 5)
