"""Streams, agent sessions and Stop."""

from dataclasses import dataclass
from typing import Any

import pytest
from slack_sdk.models.messages.chunk import PlanUpdateChunk, TaskUpdateChunk
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from tests.unit.sandbox.test_sandbox_messages import error_of


@dataclass
class Asked:
    """A question of ana's, and the arguments every stream to her needs."""

    channel: str
    ts: str
    user: str

    @property
    def stream(self) -> dict[str, str]:
        who = {"recipient_team_id": "TNORTHWIND", "recipient_user_id": self.user}
        return {"channel": self.channel, "thread_ts": self.ts, **who}


@pytest.fixture
async def asked(person: Any, sandbox: Sandbox) -> Asked:
    said = await person("ana", "#general").act("say", text="@AEGIS a question")
    workspace = sandbox.world.find_workspace("northwind")
    assert workspace is not None
    ana = workspace.find_person("ana")
    assert ana is not None
    return Asked(said["channel"], said["ts"], ana.id)


async def test_a_stream_grows_and_ends(slack: AsyncWebClient, asked: Asked, changes: Any) -> None:
    stream = await slack.chat_stream(buffer_size=1, **asked.stream)
    await stream.append(markdown_text="**One** ")
    await stream.append(markdown_text="two ")
    blocks = [{"type": "context", "elements": [{"type": "mrkdwn", "text": "[1] Handbook"}]}]
    await stream.stop(markdown_text="three", blocks=blocks, session_status="active")

    kinds = ("stream_start", "stream_append", "stream_stop")
    seen = [(change.kind, change.text) for change in changes(*kinds)]
    assert seen == [
        ("stream_start", "**One** "),
        ("stream_append", "two "),
        ("stream_stop", "**One** two three\n[1] Handbook"),
    ]
    assert changes("session")[-1].text == "active"
    replies = await slack.conversations_replies(channel=asked.channel, ts=asked.ts)
    assert replies["messages"][-1]["text"] == "**One** two three"


async def test_tasks_replace_titles_and_append_details(slack: AsyncWebClient, asked: Asked) -> None:
    stream = await slack.chat_stream(buffer_size=1, task_display_mode="plan", **asked.stream)
    await stream.append(chunks=[PlanUpdateChunk(title="Looking it up")])
    for details, status in (("page 1", "in_progress"), ("page 2", "complete")):
        task = TaskUpdateChunk(id="s", title="Search", status=status, details=details)
        await stream.append(chunks=[task])
    answer = await stream.stop(markdown_text="Done")

    plan = answer["message"]["blocks"][0]
    assert (plan["type"], plan["title"]) == ("plan", "Looking it up")
    assert plan["tasks"][0]["status"] == "complete"
    assert len(plan["tasks"][0]["details"]["elements"]) == 2


async def test_a_stream_needs_a_thread_and_in_channels_a_recipient(
    slack: AsyncWebClient, asked: Asked, person: Any
) -> None:
    where = {"channel": asked.channel, "thread_ts": asked.ts}
    assert await error_of(slack.chat_startStream(**where)) == "missing_recipient_team_id"
    no_user = slack.chat_startStream(**where, recipient_team_id="TNORTHWIND")
    assert await error_of(no_user) == "missing_recipient_user_id"
    other = asked.stream | {"recipient_user_id": "U1"}
    assert await error_of(slack.chat_startStream(**other)) == "user_not_found"
    direct = await person("ana").act("say", text="hello")
    started = await slack.chat_startStream(channel=direct["channel"], thread_ts=direct["ts"])
    assert started["ok"]


async def test_a_finished_stream_takes_no_more(slack: AsyncWebClient, asked: Asked) -> None:
    started = await slack.chat_startStream(**asked.stream)
    at = {"channel": asked.channel, "ts": started["ts"]}
    live = slack.chat_update(**at, text="no")
    assert await error_of(live) == "streaming_state_conflict"
    await slack.chat_stopStream(**at)

    append = slack.chat_appendStream(**at, markdown_text="more")
    assert await error_of(append) == "message_not_in_streaming_state"
    assert await error_of(slack.chat_stopStream(**at)) == "message_not_in_streaming_state"
    assert (await slack.chat_update(**at, text="yes"))["ok"]


async def test_a_stream_expires(slack: AsyncWebClient, asked: Asked, sandbox: Sandbox) -> None:
    started = await slack.chat_startStream(**asked.stream)
    sandbox.world.faults.stream_age_s = 0.0

    at = {"channel": asked.channel, "ts": started["ts"]}
    append = slack.chat_appendStream(**at, markdown_text="late")
    assert await error_of(append) == "message_not_in_streaming_state"


async def test_a_forgotten_stream_is_seen_to_end(
    slack: AsyncWebClient, asked: Asked, sandbox: Sandbox, person: Any, until: Any, changes: Any
) -> None:
    sandbox.world.faults.stream_age_s = 0.01
    await slack.chat_startStream(**asked.stream, markdown_text="One")
    await until(lambda: changes("update"))

    assert (await person("ana", "#general").sees())[-1]["streaming"] is False


async def test_a_wrong_chunk_is_refused_and_changes_nothing(
    slack: AsyncWebClient, asked: Asked
) -> None:
    started = await slack.chat_startStream(**asked.stream)
    at = {"channel": asked.channel, "ts": started["ts"]}
    chunks = [{"type": "markdown_text", "text": "a"}, {"type": "task_update"}]
    assert await error_of(slack.chat_appendStream(**at, chunks=chunks)) == "invalid_chunks"
    long = slack.chat_appendStream(**at, markdown_text="a" * 12_001)
    assert await error_of(long) == "msg_too_long"
    await slack.chat_appendStream(**at, markdown_text="a" * 11_999)
    over = slack.chat_appendStream(**at, chunks=[{"type": "markdown_text", "text": "bb"}])
    assert await error_of(over) == "msg_too_long"
    stopped = await slack.chat_stopStream(**at)
    assert stopped["message"]["text"] == "a" * 11_999


async def test_stop_ends_the_stream_and_tells_the_app(
    slack: AsyncWebClient, asked: Asked, person: Any, listener: Any
) -> None:
    thread = {"channel_id": asked.channel, "thread_ts": asked.ts}
    await slack.agents_sessions_setStatus(**thread, status="processing")
    started = await slack.chat_startStream(**asked.stream, markdown_text="One")
    stopped = await person("ana", "#general").act("stop", thread=asked.ts)
    event = await listener.next_event()
    while event["type"] != "agent_session_stopped":
        event = await listener.next_event()

    assert stopped["stopped"] == [started["ts"]]
    assert event["streaming_message_ts"] == [started["ts"]]
    assert (event["thread_ts"], event["user"]) == (asked.ts, asked.user)
    at = {"channel": asked.channel, "ts": started["ts"]}
    append = slack.chat_appendStream(**at, markdown_text="two")
    assert await error_of(append) == "stopped_by_user"
    ended = await slack.chat_stopStream(**at, session_status="active")
    assert ended["message"]["text"] == "One"
    nothing = await person("ana", "#general").act("stop", thread=asked.ts)
    assert nothing["status"] == 400


async def test_thinking_shows_until_the_app_speaks(
    slack: AsyncWebClient, asked: Asked, changes: Any
) -> None:
    thread = {"channel_id": asked.channel, "thread_ts": asked.ts}
    await slack.assistant_threads_setStatus(**thread, status="is thinking…")
    await slack.chat_postMessage(channel=asked.channel, thread_ts=asked.ts, text="Here")

    assert [change.text for change in changes("status")] == ["is thinking…", ""]


async def test_session_states_titles_and_prompts_are_checked(
    slack: AsyncWebClient, asked: Asked, changes: Any
) -> None:
    thread = {"channel_id": asked.channel, "thread_ts": asked.ts}
    prompts = [{"title": "Holidays", "message": "How many?"}]
    await slack.assistant_threads_setSuggestedPrompts(**thread, prompts=prompts)
    await slack.assistant_threads_setTitle(**thread, title="Holidays")

    assert [change.text for change in changes("session")] == ["Holidays", "Holidays"]
    wrong = slack.agents_sessions_setStatus(**thread, status="busy")
    assert await error_of(wrong) == "invalid_arguments"
    five = slack.assistant_threads_setSuggestedPrompts(**thread, prompts=prompts * 5)
    assert await error_of(five) == "invalid_arguments"
    nowhere = slack.assistant_threads_setTitle(channel_id=asked.channel, thread_ts="1.2", title="x")
    assert await error_of(nowhere) == "invalid_thread_ts"
