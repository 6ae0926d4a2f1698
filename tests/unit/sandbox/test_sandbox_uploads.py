"""A file the app sends: announced, its bytes posted, then shared where it was said to go."""

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from bot.sandbox.model.people import KEPT_UPLOADS


async def announce(slack: AsyncWebClient, content: bytes, name: str = "a.zip") -> Any:
    return await slack.files_getUploadURLExternal(filename=name, length=len(content))


async def dm_of_ana(slack: AsyncWebClient, sandbox: Sandbox) -> str:
    people = next(iter(sandbox.world.workspaces.values())).persons.values()
    ana = next(person.id for person in people if person.name == "ana")
    return str((await slack.conversations_open(users=ana))["channel"]["id"])


async def test_a_file_is_shared_once_its_bytes_have_come(
    slack: AsyncWebClient, sandbox: Sandbox, http: aiohttp.ClientSession, person: Callable[..., Any]
) -> None:
    announced = await announce(slack, b"PK-archive")
    file, channel = announced["file_id"], await dm_of_ana(slack, sandbox)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await slack.files_completeUploadExternal(files=[{"id": file}], channel_id=channel)

    async with http.post(announced["upload_url"], data=b"PK-archive") as answer:
        assert answer.status == 200
    done = await slack.files_completeUploadExternal(
        files=[{"id": file, "title": "The archive"}], channel_id=channel, initial_comment="Here."
    )

    message = (await person("ana").sees())[-1]
    assert done["files"] == [{"id": file, "title": "The archive"}]
    assert (message["text"], message["files"][0]["title"]) == ("Here.", "The archive")
    assert (await slack.files_info(file=file))["file"]["size"] == 10
    assert await person("ben").sees() == []
    with pytest.raises(SlackApiError, match="file_not_found"):
        await slack.files_completeUploadExternal(files=[{"id": file}], channel_id=channel)


async def test_who_is_in_the_conversation_may_fetch_the_file_by_the_page_and_nobody_else(
    http: aiohttp.ClientSession, person: Callable[..., Any]
) -> None:
    dropped = await person("ana").drop("a.md", b"# Hi")

    async def fetch(who: str, channel: str) -> tuple[int, bytes]:
        query = {"workspace": "northwind", "person": who, "channel": channel}
        query["file"] = dropped["file"]["id"]
        async with http.get("/sandbox/file", params=query) as answer:
            return answer.status, await answer.read()

    assert await fetch("ana", "dm") == (200, b"# Hi")
    for who, channel in (("ana", "#general"), ("ben", "dm"), ("ben", dropped["channel"])):
        status, body = await fetch(who, channel)
        assert status in (400, 404)
        assert b"# Hi" not in body


@pytest.mark.parametrize("content", [b"", b"short", b"much too long for it"])
async def test_other_bytes_than_were_announced_are_refused(
    slack: AsyncWebClient, http: aiohttp.ClientSession, content: bytes
) -> None:
    announced = await announce(slack, b"0123456789")

    async with http.post(announced["upload_url"], data=content) as answer:
        assert answer.status == 400
    async with http.post("/upload/v1/guessed", data=content) as answer:
        assert answer.status == 404


async def test_one_upload_shared_twice_in_a_call_is_refused(
    slack: AsyncWebClient, sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    announced = await announce(slack, b"abc")
    async with http.post(announced["upload_url"], data=b"abc"):
        pass
    twice = [{"id": announced["file_id"]}, {"id": announced["file_id"]}]

    with pytest.raises(SlackApiError, match="file_not_found"):
        await slack.files_completeUploadExternal(
            files=twice, channel_id=await dm_of_ana(slack, sandbox)
        )


@pytest.mark.parametrize(
    ("place", "error"),
    [({"channel_id": "C404"}, "channel_not_found"), ({"channels": "C404"}, "invalid_channel")],
)
async def test_a_place_that_is_not_there_is_refused_in_slacks_words(
    slack: AsyncWebClient, http: aiohttp.ClientSession, place: dict[str, str], error: str
) -> None:
    announced = await announce(slack, b"abc")
    async with http.post(announced["upload_url"], data=b"abc"):
        pass

    with pytest.raises(SlackApiError, match=error):
        await slack.api_call(
            "files.completeUploadExternal", json={"files": [{"id": announced["file_id"]}]} | place
        )


async def test_an_app_without_the_scope_sends_no_file() -> None:
    async with Sandbox.open(scopes=frozenset(["files:read"])) as sandbox:
        token = sandbox.credentials["workspaces"][0]["bot_token"]
        slack = AsyncWebClient(token=token, base_url=sandbox.api_url)
        with pytest.raises(SlackApiError, match="missing_scope"):
            await announce(slack, b"abc")


async def test_announced_files_that_never_come_are_forgotten(
    slack: AsyncWebClient, sandbox: Sandbox
) -> None:
    for _ in range(KEPT_UPLOADS + 5):
        await announce(slack, b"abc")

    assert len(sandbox.world.find_workspace("northwind").uploads) == KEPT_UPLOADS  # type: ignore[union-attr]
