"""Servers that are not today's Slack: Socket Mode alone, no streams, no sessions, no metadata."""

import pytest

from tests.stage import spoken

NEWER = (
    "chat.startStream",
    "chat.appendStream",
    "chat.stopStream",
    "agents.sessions.setStatus",
    "assistant.threads.setStatus",
    "assistant.threads.setSuggestedPrompts",
)
STREAMED = ("stream_start", "stream_append")
ASK = """
- {workspace: northwind, person: ana, in: dm, say: "What is the bike stipend?", answer: false}
- {wait: Offline model}
"""


async def furnish(stage):
    await stage.add_document(
        "northwind",
        "Handbook.md",
        "# Handbook\n\n## Bike stipend\n\nYou can claim 900 euros every three years.\n",
    )


@pytest.mark.parametrize("socket", [False, True], ids=["http", "socket mode"])
async def test_without_the_newest_methods_it_posts_and_updates(stage_with, socket):
    async with stage_with(
        socket=socket, unserved=NEWER, keeps_metadata=False, words_per_s=40
    ) as stage:
        await furnish(stage)
        lines = await stage.play(ASK)

    kinds = [line["kind"] for line in lines if line["author"] != "ana"]
    assert kinds[0] == "message"
    assert set(kinds) == {"message", "update"}
    assert "900 euros" in lines[-1]["text"]
    assert "Sources" in lines[-1]["text"]


async def test_socket_mode_streams_like_http(stage_with):
    async with stage_with(socket=True) as stage:
        await furnish(stage)
        lines = await stage.play(ASK.replace(", answer: false", ""))

    assert "900 euros" in spoken(lines, "stream_stop")


@pytest.mark.parametrize(
    "refused",
    ["channel_type_not_supported", "missing_scope", "unknown_method", "invalid_arguments"],
)
async def test_where_streaming_is_refused_a_plain_message_carries_the_answer(stage_with, refused):
    async with stage_with() as stage:
        await furnish(stage)
        stage.sandbox.refuse("chat.startStream", refused)
        lines = await stage.play(ASK)

    assert not [line for line in lines if line["kind"].startswith("stream")]
    assert "900 euros" in lines[-1]["text"]


async def test_a_stream_that_slack_ends_early_goes_on_in_a_new_message(stage_with):
    async with stage_with(words_per_s=12) as stage:
        await furnish(stage)
        stage.sandbox.refuse("chat.appendStream", "message_not_in_streaming_state")
        lines = await stage.play(ASK)

    said = "".join(line["text"] for line in lines if line["kind"] in STREAMED)
    assert said.count("900 euros") == 1
    assert len([line for line in lines if line["kind"] == "stream_start"]) == 2


async def test_without_users_info_the_events_own_team_decides(stage_with):
    async with stage_with(unserved=("users.info",)) as stage:
        await furnish(stage)
        async with stage.tenants["northwind"].db.transaction() as tx:
            await tx.execute("delete from person")
        ours = await stage.play(ASK.replace(", answer: false", ""))
        theirs = await stage.play(
            """
            - {workspace: northwind, person: olga, in: "#with-copper-kettle",
               say: "@AEGIS what is the bike stipend?"}
            """
        )

    assert "900 euros" in spoken(ours, "stream_stop")
    assert "900" not in spoken(theirs)
    assert "Sorry, I only answer" in spoken(theirs)
