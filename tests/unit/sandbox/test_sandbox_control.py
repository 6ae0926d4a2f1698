"""The control API: persons, places, files, and the feed."""

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox

WRONG: dict[str, tuple[str, dict[str, Any], int]] = {
    "workspace": ("say", {"workspace": "acme", "text": "a"}, 404),
    "person": ("say", {"person": "zoe", "text": "a"}, 404),
    "place": ("say", {"in": "#nowhere", "text": "a"}, 404),
    "not a member": ("say", {"person": "gil", "in": "#general", "text": "a"}, 400),
    "outsider elsewhere": ("say", {"person": "olga", "in": "#general", "text": "a"}, 400),
    "empty": ("say", {"text": " "}, 400),
    "unknown key": ("say", {"text": "a", "txt": "b"}, 400),
    "number for text": ("say", {"text": 1}, 400),
    "no such thread": ("say", {"text": "a", "thread": "1.2"}, 404),
    "nothing to stop": ("stop", {"thread": ""}, 400),
    "no such message": ("click", {"ts": "1.2", "action_id": "a"}, 404),
}


@pytest.mark.parametrize(("what", "body", "status"), WRONG.values(), ids=WRONG)
async def test_a_wrong_act_is_refused_in_words(
    person: Any, what: str, body: dict[str, Any], status: int
) -> None:
    answer = await person("ana", "#general").act(what, **body)

    assert answer["status"] == status
    assert answer["error"]


async def test_the_state_names_everything_and_tells_no_secret(
    http: aiohttp.ClientSession, sandbox: Sandbox
) -> None:
    async with http.get("/sandbox/state") as response:
        text = await response.text()
    async with http.get("/sandbox/credentials") as response:
        assert await response.json() == sandbox.credentials
    state = json.loads(text)

    installed = [w["name"] for w in state["workspaces"] if w["installed"]]
    assert installed == ["northwind", "harbor"]
    assert installed == [w["name"] for w in sandbox.credentials["workspaces"]]
    kinds = [p["kind"] for p in state["workspaces"][0]["persons"]]
    assert kinds == ["owner", "member", "member", "guest", "outsider"]
    assert [c["name"] for c in state["app"]["commands"]] == ["/ask", "/aegis"]
    secrets = [sandbox.credentials["app_token"], sandbox.credentials["signing_secret"]]
    secrets += [w["bot_token"] for w in sandbox.credentials["workspaces"]]
    assert not [secret for secret in secrets if secret in text]


async def test_secrets_are_new_at_every_start_unless_given() -> None:
    async with Sandbox.open() as one, Sandbox.open(bot_tokens={"harbor": "xoxb-given"}) as two:
        first, second = one.credentials, two.credentials

    assert first["signing_secret"] != second["signing_secret"]
    assert second["workspaces"][1]["bot_token"] == "xoxb-given"
    ids = [[w["bot_user_id"] for w in each["workspaces"]] for each in (first, second)]
    assert ids[0] == ids[1]


async def test_the_app_says_where_it_listens(http: Any, sandbox: Sandbox) -> None:
    body = {"request_url": "http://127.0.0.1:9/slack"}
    async with http.put("/sandbox/app", json=body) as response:
        assert response.status == 200
    assert sandbox.world.app.request_url == body["request_url"]
    async with http.put("/sandbox/app", json={"request_url": "ftp://x"}) as response:
        assert response.status == 400


async def test_typed_names_become_mentions(person: Any, changes: Any, sandbox: Sandbox) -> None:
    seat = person("ana", "#general")
    await seat.say("@aegis tell @ben <b> about #random at https://a.example/?a=1&b=2 (@nobody)")
    workspace = sandbox.world.find_workspace("northwind")
    assert workspace is not None
    ben, random = workspace.find_person("ben"), workspace.find_channel("#random")
    assert ben is not None and random is not None  # noqa: PT018

    assert (await seat.sees())[0]["text"] == (
        f"<@{workspace.bot_user_id}> tell <@{ben.id}> &lt;b&gt; about <#{random.id}|random> at "
        "<https://a.example/?a=1&amp;b=2> (@nobody)"
    )
    assert changes()[0].text.startswith("@AEGIS tell @ben <b> about #")


async def test_a_dropped_file_needs_the_workspaces_token(
    person: Any, listener: Any, http: aiohttp.ClientSession, sandbox: Sandbox, slack: AsyncWebClient
) -> None:
    dropped = await person("ana").drop("Handbook 1.md", b"# Hi", comment="Read this")
    event = await listener.next_event()
    while event["type"] != "message":
        event = await listener.next_event()
    file = event["files"][0]

    async def fetch(token: str) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {token}"}
        async with http.get(file["url_private_download"], headers=headers) as response:
            return response.status, await response.read()

    assert event["subtype"] == "file_share"
    assert (file["mimetype"], file["size"], file["mode"]) == ("text/markdown", 4, "hosted")
    assert dropped["file"] == file
    northwind, harbor = (w["bot_token"] for w in sandbox.credentials["workspaces"])
    assert await fetch(northwind) == (200, b"# Hi")
    for token in (harbor, "xoxb-none"):
        status, body = await fetch(token)
        assert status == 200
        assert b"<html>" in body
    assert (await slack.files_info(file=file["id"]))["file"] == file


async def test_an_empty_file_is_refused(person: Any) -> None:
    assert (await person("ana").drop("a.md", b""))["status"] == 400


async def events_of(response: aiohttp.ClientResponse, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < count:
        line = await response.content.readline()
        if line.startswith(b"data: "):
            found.append(json.loads(line[6:]))
    return found


async def test_the_feed_is_ordered_private_and_resumed(http: Any, person: Any) -> None:
    await person("ana").say("for the app alone")
    await person("ana", "#general").say("for the staff")
    await person("dora", "#general", "harbor").say("elsewhere")
    await person("gil", "#random").say("for everyone here")

    async with http.get("/sandbox/feed?workspace=northwind&person=gil") as response:
        assert response.content_type == "text/event-stream"
        seen = await events_of(response, 1)
        await person("ben", "#random").say("hi gil")
        seen += await events_of(response, 1)
    async with http.get("/sandbox/feed") as response:
        every = await events_of(response, 5)
    resumed = {"Last-Event-ID": str(every[3]["seq"])}
    async with http.get("/sandbox/feed", headers=resumed) as response:
        rest = await events_of(response, 1)

    assert [item["text"] for item in seen] == ["for everyone here", "hi gil"]
    assert [item["seq"] for item in every] == [1, 2, 3, 4, 5]
    assert [item["workspace"] for item in every][2] == "harbor"
    assert rest == every[4:]
    assert every[0]["channel"] == "dm"
    assert every[0]["seen_by"] == ["ana"]


async def test_feed_of_nobody_is_refused(http: Any) -> None:
    for query in ("person=ana", "workspace=acme", "since=soon"):
        async with http.get(f"/sandbox/feed?{query}") as response:
            assert response.status in (400, 404)
