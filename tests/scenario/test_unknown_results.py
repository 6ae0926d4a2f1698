"""A worker died before it knew what Slack had made: found again, never doubled, never another's."""

import asyncio
import os

import aiohttp
import pytest

from bot.slack.pacing.pace import Pace
from core.conversations import store
from core.conversations.model import Outgoing, Place, Question
from core.conversations.notices.tell_person import tell_person
from core.conversations.outbox import post
from core.conversations.ports import UNKNOWN, CannotPost
from core.conversations.turns.parts import RecordedParts, parts_prefix
from core.conversations.turns.run_turn import run_turn
from core.kernel.errors import Postponed
from core.kernel.ids import new_id
from tests.scenario.test_recovery import HANDBOOK, LAST_WORDS, in_thread, until

ASKED = "On which hook does bicycle number 3 hang?"


@pytest.fixture
async def idle(stage_with):
    async with stage_with(works=False) as stage:
        await stage.add_document("northwind", "Hooks.md", HANDBOOK)
        yield stage


@pytest.fixture
async def http(idle):
    async with aiohttp.ClientSession(idle.sandbox.url) as session:
        yield session


@pytest.fixture
async def api(idle):
    """The bot's own, and in no hurry to keep a pace."""
    clients = idle.product.clients
    return clients.api((await clients.of(idle.tenants["northwind"])).token)


async def say(http, text, thread=None) -> tuple[str, str]:
    body = {"workspace": "northwind", "person": "ana", "in": "dm", "text": text, "thread": thread}
    async with http.post("/sandbox/say", json={k: v for k, v in body.items() if v}) as answer:
        assert answer.status == 200
        said = await answer.json()
    return said["channel"], said["ts"]


async def test_a_stream_without_a_record_is_taken_over_and_an_earlier_message_left_alone(
    idle, http, api
):
    """Something of ours that no record names: an earlier installation has answered here."""
    context = idle.tenants["northwind"]
    channel, root = await say(http, "Hello")
    await api.chat_postMessage(channel=channel, thread_ts=root, text="Of an earlier installation")
    _, asked = await say(http, ASKED, root)
    team = await idle.product.services.workspaces.team_of(context.tenant_id)
    place = Place(team, channel, root, idle.person_id("ana"), True, asked)
    question = Question(0, f"{channel}:{asked}", place, ASKED)
    async with context.db.transaction() as tx:
        conversation = await store.open_conversation(tx, question, "people")
        turn = await store.open_turn(tx, new_id(), conversation, question, "people", ASKED)
    parts = await RecordedParts.load(context, turn, parts_prefix(turn.turn_id), place)
    await parts.opening()
    begun = await api.chat_startStream(channel=channel, thread_ts=root, markdown_text="Rule")

    await run_turn(context, idle.product.services.staff, question)
    messages = {m["ts"]: m for m in await in_thread(http)}

    assert len(messages) == 2
    assert LAST_WORDS in str(messages.pop(begun["ts"]))
    [left_alone] = messages.values()
    assert left_alone["text"] == "Of an earlier installation"


async def test_nothing_is_taken_over_where_nothing_was_made(idle, http, api):
    context = idle.tenants["northwind"]
    channel, root = await say(http, "Hello")
    await api.chat_postMessage(channel=channel, thread_ts=root, text="Of an earlier installation")
    _, asked = await say(http, ASKED, root)
    team = await idle.product.services.workspaces.team_of(context.tenant_id)
    place = Place(team, channel, root, idle.person_id("ana"), True, asked)
    question = Question(0, f"{channel}:{asked}", place, ASKED)
    idle.sandbox.refuse("chat.startStream", "internal_error")

    await run_turn(context, idle.product.services.staff, question)
    texts = [m["text"] for m in await in_thread(http)]

    assert texts[0] == "Of an earlier installation"
    assert len(texts) == 2


@pytest.fixture
async def half_posted(idle, http, api):
    """A message that was posted in a long thread, although nobody wrote down its ts."""
    context = idle.tenants["northwind"]
    channel, root = await say(http, "Hello")
    for number in range(250):
        await api.chat_postMessage(channel=channel, thread_ts=root, text=f"Message {number}")
    key = f"reply:{os.urandom(4).hex()}"
    message = Outgoing(channel, "Once", root)
    async with context.db.transaction() as tx:
        await store.put_outbox(tx, key, message)
        await store.mark_sending(tx, key)
    metadata = {"event_type": "aegis_message", "event_payload": {"key": key}}
    made = await api.chat_postMessage(
        channel=channel, thread_ts=root, text="Once", metadata=metadata
    )
    return context, message, key, made["ts"]


async def test_a_message_is_found_at_the_end_of_a_long_thread(idle, half_posted):
    context, message, key, ts = half_posted

    assert await post(context, idle.product.services.staff.messenger, message, key=key) == ts


async def test_while_slack_cannot_say_whether_it_was_posted_nothing_is_posted(
    idle, half_posted, http
):
    context, message, key, ts = half_posted
    messenger = idle.product.services.staff.messenger
    idle.sandbox.refuse("conversations.replies", "internal_error")
    with pytest.raises(Postponed):
        await post(context, messenger, message, key=key)

    assert await post(context, messenger, message, key=key) == ts
    assert sum(m["text"] == "Once" for m in await in_thread(http)) == 1


async def test_where_nobody_can_look_whether_it_was_posted_it_is_not_posted_again(
    idle, half_posted, http, caplog
):
    context, message, key, _ = half_posted
    messenger = idle.product.services.staff.messenger
    idle.sandbox.refuse("conversations.replies", "missing_scope", times=9)
    for _ in range(2):
        with pytest.raises(CannotPost) as refused:
            await post(context, messenger, message, key=key)
        assert refused.value.reason == UNKNOWN

    assert sum(m["text"] == "Once" for m in await in_thread(http)) == 1
    assert "whether a message was posted is not known" in caplog.text
    assert not await tell_person(context, messenger, message, idle.person_id("ana"), key=key)
    assert sum(m["text"] == "Once" for m in await in_thread(http)) == 1


async def test_a_thread_that_is_gone_holds_nothing_and_that_is_known(idle, half_posted):
    context, message, key, _ = half_posted
    idle.sandbox.refuse("conversations.replies", "thread_not_found")
    messenger = idle.product.services.staff.messenger

    assert await messenger.find_posted(context, message, key=key, since=0.0) is None


async def test_a_thread_too_long_to_look_through_is_not_taken_for_one_without_the_message(
    idle, half_posted, monkeypatch
):
    monkeypatch.setattr("bot.slack.posts.MOST_PAGES", 1)
    context, message, key, _ = half_posted
    with pytest.raises(CannotPost) as refused:
        await idle.product.services.staff.messenger.find_posted(
            context, message, key=key, since=0.0
        )

    assert refused.value.reason == UNKNOWN


async def test_an_answer_that_nobody_can_look_for_is_not_given_twice_and_that_is_said(
    idle, http, api
):
    """A worker died between its record and what Slack made; the scope to look is missing."""
    context = idle.tenants["northwind"]
    channel, asked = await say(http, ASKED)
    team = await idle.product.services.workspaces.team_of(context.tenant_id)
    place = Place(team, channel, asked, idle.person_id("ana"), True, asked)
    question = Question(0, f"{channel}:{asked}", place, ASKED)
    async with context.db.transaction() as tx:
        conversation = await store.open_conversation(tx, question, "people")
        turn = await store.open_turn(tx, new_id(), conversation, question, "people", ASKED)
    parts = await RecordedParts.load(context, turn, parts_prefix(turn.turn_id), place)
    await parts.opening()
    await api.chat_postMessage(channel=channel, thread_ts=asked, text=f"Hook 3. {LAST_WORDS}")
    idle.sandbox.refuse("conversations.replies", "missing_scope", times=9)

    await run_turn(context, idle.product.services.staff, question)
    said = [m["text"] for m in await in_thread(http)]

    assert sum(LAST_WORDS in text for text in said) == 1
    [told] = [text for text in said if LAST_WORDS not in text]
    assert told.startswith("I do not know whether my answer arrived there.")


async def test_who_posts_after_another_has_looked_for_it_takes_its_own_away(idle, http):
    """Two workers, of which one was stopped between the row and the call: both have posted it."""
    context = idle.tenants["northwind"]
    channel, root = await say(http, "Hello")
    message, key = Outgoing(channel, "Once", root), f"tool:{new_id()}"
    messenger = idle.product.services.staff.messenger
    pace = Pace(idle.product.services.database, context)
    await pace.hold("chat.postMessage", 0.5)

    stamps = await asyncio.gather(*(post(context, messenger, message, key=key) for _ in range(2)))

    assert stamps[0] == stamps[1]
    assert [m["ts"] for m in await in_thread(http)] == [stamps[0]]


async def test_what_was_asked_for_is_on_record_although_its_turn_was_cancelled(idle, http):
    context = idle.tenants["northwind"]
    channel, root = await say(http, "Hello")
    message, key = Outgoing(channel, "Once", root), f"tool:{new_id()}"
    await Pace(idle.product.services.database, context).hold("chat.postMessage", 0.3)
    posting = asyncio.create_task(
        post(context, idle.product.services.staff.messenger, message, key=key)
    )

    async def row():
        async with context.db.transaction() as tx:
            return await store.find_outbox(tx, key)

    async def is_sent():
        found = await row()
        return found is not None and found.state == "sent"

    await until(row)
    posting.cancel()
    await until(is_sent)

    assert [m["ts"] for m in await in_thread(http)] == [(await row()).message_ts]
