"""Posting, changing, reading: chat.* and conversations.* with Slack's own client."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from tests.unit.sandbox.conftest import Listener, Person


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


@pytest.fixture
async def general(person: Any) -> tuple[str, str]:
    """#general and a message of ana's in it."""
    said = await person("ana", "#general").act("say", text="Morning")
    return said["channel"], said["ts"]


async def test_a_reply_is_seen_by_the_channel_and_read_back(
    slack: AsyncWebClient, person: Any, general: tuple[str, str]
) -> None:
    channel, ts = general
    metadata = {"event_type": "turn", "event_payload": {"id": "7"}}
    posted = await slack.chat_postMessage(
        channel=channel,
        thread_ts=ts,
        text="Hello <@U1> &amp; all",
        username="Mina",
        icon_emoji=":robot_face:",
        metadata=metadata,
    )

    seen = (await person("ben", "#general").sees())[-1]
    thread = await slack.conversations_replies(channel=channel, ts=ts, include_all_metadata=True)
    plain = await slack.conversations_replies(channel=channel, ts=ts)

    assert (seen["ts"], seen["username"], seen["thread_ts"]) == (posted["ts"], "Mina", ts)
    assert seen["icons"] == {"emoji": ":robot_face:"}
    assert thread["messages"][0]["reply_count"] == 1
    assert thread["messages"][1]["metadata"] == metadata
    assert "metadata" not in plain["messages"][1]


async def test_history_is_newest_first_without_replies_and_in_pages(
    slack: AsyncWebClient, person: Any, general: tuple[str, str]
) -> None:
    channel, first = general
    await person("ana", "#general").say("in the thread", thread=first)
    second = await person("ana", "#general").say("second")

    page = await slack.conversations_history(channel=channel, limit=1)
    cursor = page["response_metadata"]["next_cursor"]
    rest = await slack.conversations_history(channel=channel, limit=1, cursor=cursor)
    newer = await slack.conversations_history(channel=channel, oldest=first)

    assert [m["ts"] for m in page["messages"]] == [second]
    assert [m["ts"] for m in rest["messages"]] == [first]
    assert [m["ts"] for m in newer["messages"]] == [second]
    assert await error_of(slack.conversations_history(channel=channel, cursor="x")) == (
        "invalid_cursor"
    )
    assert await error_of(slack.conversations_replies(channel=channel, ts="1.2")) == (
        "thread_not_found"
    )


async def test_an_update_replaces_text_and_blocks(
    slack: AsyncWebClient, person: Any, general: tuple[str, str]
) -> None:
    channel, _ = general
    blocks = [{"type": "markdown", "text": "**old**"}]
    posted = await slack.chat_postMessage(channel=channel, text="old", blocks=blocks)
    await slack.chat_update(channel=channel, ts=posted["ts"], text="new")

    seen = (await person("ana", "#general").sees())[-1]
    too_long = slack.chat_update(channel=channel, ts=posted["ts"], text="a" * 4001)

    assert seen["text"] == "new"
    assert "blocks" not in seen
    assert seen["edited"]["ts"]
    assert await error_of(too_long) == "msg_too_long"
    assert await error_of(slack.chat_update(channel=channel, ts="1.2", text="a")) == (
        "message_not_found"
    )
    assert await error_of(slack.chat_update(channel=channel, ts=general[1], text="a")) == (
        "cant_update_message"
    )


async def test_a_deleted_message_is_gone(
    slack: AsyncWebClient, person: Any, general: tuple[str, str], changes: Any
) -> None:
    channel, ts = general
    posted = await slack.chat_postMessage(channel=channel, text="oops")
    await slack.chat_delete(channel=channel, ts=posted["ts"])

    assert [m["ts"] for m in await person("ana", "#general").sees()] == [ts]
    assert changes("delete")[0].ts == posted["ts"]
    assert await error_of(slack.chat_delete(channel=channel, ts=ts)) == "cant_delete_message"


async def test_an_ephemeral_message_has_one_reader(
    slack: AsyncWebClient, sandbox: Sandbox, person: Any, general: tuple[str, str], changes: Any
) -> None:
    channel, _ = general
    workspace = sandbox.world.find_workspace("northwind")
    assert workspace is not None
    ben, gil = workspace.find_person("ben"), workspace.find_person("gil")
    assert ben is not None and gil is not None  # noqa: PT018
    await slack.chat_postEphemeral(channel=channel, user=ben.id, text="psst")

    assert (await person("ben", "#general").sees())[-1]["ephemeral"] is True
    assert len(await person("ana", "#general").sees()) == 1
    assert changes("ephemeral")[0].seen_by == ("ben",)
    stranger = slack.chat_postEphemeral(channel=channel, user=gil.id, text="psst")
    assert await error_of(stranger) == "user_not_in_channel"


TOO_MUCH: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"text": " "}, "no_text"),
    "markdown and text": ({"markdown_text": "a", "text": "b"}, "markdown_text_conflict"),
    "long markdown": ({"markdown_text": "a" * 12_001}, "msg_too_long"),
    "bad blocks": ({"text": "a", "blocks": [{"type": "section"}]}, "invalid_blocks"),
    "no such thread": ({"text": "a", "thread_ts": "1.2"}, "cannot_reply_to_message"),
    "bad metadata": ({"text": "a", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
}


@pytest.mark.parametrize(("content", "error"), TOO_MUCH.values(), ids=TOO_MUCH)
async def test_wrong_content_is_refused(
    slack: AsyncWebClient, general: tuple[str, str], content: dict[str, Any], error: str
) -> None:
    body = {"channel": general[0], **content}

    assert await error_of(slack.api_call("chat.postMessage", json=body)) == error


async def test_long_text_is_cut_at_40000(slack: AsyncWebClient, general: tuple[str, str]) -> None:
    posted = await slack.chat_postMessage(channel=general[0], text="a" * 40_001)

    assert len(posted["message"]["text"]) == 40_000


async def test_one_workspace_does_not_know_the_others_channels(
    slack: AsyncWebClient, sandbox: Sandbox, person: Any
) -> None:
    said = await person("dora", "#general", "harbor").act("say", text="secret")
    asked = slack.conversations_history(channel=said["channel"])

    assert await error_of(asked) == "channel_not_found"


async def test_channels_and_members_are_described(
    slack: AsyncWebClient, person: Any, general: tuple[str, str], sandbox: Sandbox
) -> None:
    shared = await person("olga", "#with-copper-kettle").act("say", text="Hello")
    info = await slack.conversations_info(channel=shared["channel"])
    members = await slack.conversations_members(channel=general[0])
    ana = await slack.conversations_open(
        users=sandbox.world.find_workspace("northwind").find_person("ana").id
    )  # type: ignore[union-attr]

    assert info["channel"]["is_ext_shared"] is True
    assert (await slack.auth_test())["user_id"] in members["members"]
    assert ana["channel"]["id"].startswith("D")


async def test_the_channels_of_a_person_are_listed_page_by_page(
    slack: AsyncWebClient, sandbox: Sandbox
) -> None:
    northwind = sandbox.world.find_workspace("northwind")
    assert northwind is not None
    ana = northwind.find_person("ana").id  # type: ignore[union-attr]

    async def names(**given: Any) -> set[str]:
        found = (await slack.users_conversations(**given))["channels"]
        assert not any({"is_member", "num_members"} & one.keys() for one in found)
        return {one["name"] for one in found}

    both = "public_channel,private_channel"
    theirs = await names(user=ana, types=both)
    assert {"general", "leadership"} <= theirs
    assert "leadership" not in await names(user=ana)
    one, two = await slack.users_conversations(user=ana, types=both, limit=1), set(theirs)
    while cursor := one["response_metadata"]["next_cursor"]:
        two.discard(one["channels"][0]["name"])
        one = await slack.users_conversations(user=ana, types=both, limit=1, cursor=cursor)
    assert two == {one["channels"][0]["name"]}

    leadership, general = northwind.find_channel("leadership"), northwind.find_channel("general")
    assert leadership is not None
    assert general is not None
    general.archived = True
    assert "general" in await names(user=ana)
    assert "general" not in await names(user=ana, exclude_archived=True)
    # Of what is private only where the app is too; and where it is itself, without a person.
    leadership.members.discard(northwind.bot_user_id)
    general.members.discard(northwind.bot_user_id)
    assert "leadership" not in await names(user=ana, types=both)
    assert "general" in await names(user=ana)
    assert not {"general", "leadership"} & await names(types=both)
    assert await error_of(slack.users_conversations(types="room")) == "invalid_types"
    assert await error_of(slack.users_conversations(limit=0)) == "invalid_limit"


async def test_reactions_are_added_once(slack: AsyncWebClient, general: tuple[str, str]) -> None:
    channel, ts = general
    await slack.reactions_add(channel=channel, timestamp=ts, name="eyes")
    again = slack.reactions_add(channel=channel, timestamp=ts, name="eyes")

    assert await error_of(again) == "already_reacted"
    history = await slack.conversations_history(channel=channel)
    assert history["messages"][0]["reactions"][0]["name"] == "eyes"
    await slack.reactions_remove(channel=channel, timestamp=ts, name="eyes")
    gone = slack.reactions_remove(channel=channel, timestamp=ts, name="eyes")
    assert await error_of(gone) == "no_reaction"


async def test_persons_say_what_they_are(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    workspace = sandbox.world.find_workspace("northwind")
    assert workspace is not None
    users = {}
    for person in workspace.persons.values():
        users[person.name] = (await slack.users_info(user=person.id))["user"]
    bot = (await slack.users_info(user=workspace.bot_user_id))["user"]

    assert users["ana"]["is_owner"]
    assert users["gil"]["is_restricted"]
    assert users["olga"]["is_stranger"]
    assert users["olga"]["team_id"] == "TCOPPERKET"
    assert bot["is_bot"]


async def test_an_older_slack_forgets_metadata(
    slack: AsyncWebClient, sandbox: Sandbox, general: tuple[str, str]
) -> None:
    sandbox.world.keeps_metadata = False
    metadata = {"event_type": "turn", "event_payload": {"id": "7"}}
    await slack.chat_postMessage(channel=general[0], text="a", metadata=metadata)

    history = await slack.conversations_history(channel=general[0], include_all_metadata=True)
    assert "metadata" not in history["messages"][0]


async def test_of_a_file_that_organizations_share_an_app_is_told_its_id_alone(
    listener: Listener, person: Callable[..., Person], slack: AsyncWebClient
) -> None:
    """docs.slack.dev, "Slack Connect: files": it asks `files.info`; people see the file as ever."""
    ana = person(place="#with-copper-kettle")
    dropped = await ana.drop("fair.md", b"# Fair", comment="<@AEGIS> look")
    file_id, channel = dropped["file"]["id"], dropped["channel"]
    stub = {"id": file_id, "created": 0, "timestamp": 0, "user": ""}
    stub |= {"mode": "file_access", "file_access": "check_file_info"}

    event = await listener.next_event()
    told = (await slack.conversations_history(channel=channel))["messages"][0]
    assert event["files"] == told["files"] == [stub]
    assert (await ana.sees())[-1]["files"][0]["name"] == "fair.md"
    found = (await slack.files_info(file=file_id))["file"]
    assert (found["name"], found["file_access"]) == ("fair.md", "visible")
