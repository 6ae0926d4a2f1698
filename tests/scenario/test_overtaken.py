"""A worker that was stopped for longer than its lease wakes up in the middle of its turn, which another
one has taken up meanwhile: what stands in the record and in Slack is the other's, and it stands once."""

import asyncio
from dataclasses import replace
from functools import partial

import aiohttp
import pytest

from bot.slack.abilities import Abilities
from bot.slack.answers.making import MessageMaker
from bot.slack.pacing.pace import Pace
from bot.slack.posts import Posts
from core.conversations import store
from core.conversations.model import Place, Question
from core.conversations.turns.parts import RecordedParts, parts_prefix
from core.conversations.turns.run_turn import run_turn
from core.gateway.answer import Gateway
from core.gateway.providers.offline.offline import Offline
from core.kernel.errors import Overtaken
from core.kernel.ids import new_id
from tests.scenario.test_recovery import HANDBOOK, LAST_WORDS, in_thread, until
from tests.scenario.test_unknown_results import ASKED, say


class Sleeper:
    """A model that says nothing before it is woken: the worker that asked it stands still so long."""

    name, model = "sleeper", "sleeper"

    def __init__(self):
        self.asked, self.wakes = asyncio.Event(), asyncio.Event()

    async def stream(self, prompt):
        self.asked.set()
        await self.wakes.wait()
        async for piece in Offline().stream(prompt):
            yield piece


@pytest.fixture
async def slow(stage_with):
    async with stage_with(works=False, words_per_s=20) as stage:
        await stage.add_document("northwind", "Hooks.md", HANDBOOK)
        yield stage


@pytest.fixture
async def http(slow):
    async with aiohttp.ClientSession(slow.sandbox.url) as session:
        yield session


async def ask(stage, http):
    channel, asked = await say(http, ASKED)
    context = stage.tenants["northwind"]
    team = await stage.product.services.workspaces.team_of(context.tenant_id)
    place = Place(team, channel, asked, stage.person_id("ana"), True, asked)
    return context, Question(0, f"{channel}:{asked}", place, ASKED)


async def turn_of(context):
    async with context.db.transaction() as tx:
        return await tx.fetchrow("select turn_id, answer, state, event_key from turn")


async def assert_one_whole_answer(context, http):
    [message] = await in_thread(http)
    assert str(message).count(LAST_WORDS)
    assert str(message["blocks"]).count("hook 3") == 1
    assert not message["streaming"]
    async with context.db.transaction() as tx:
        states = await tx.fetch("select distinct state from outbox_message where key ~ '^answer'")
    assert [row["state"] for row in states] == ["sent"]
    assert (await turn_of(context))["state"] == "done"


async def is_on_record(context, channel, message_ts):
    async with context.db.transaction() as tx:
        return await store.find_key_of_message(tx, channel, message_ts) is not None


async def half_said(http):
    return await until(lambda: streaming(http))


async def streaming(http):
    return [message for message in await in_thread(http) if message["streaming"]]


async def test_what_the_other_one_answered_stands(slow, http):
    context, question = await ask(slow, http)
    waking = asyncio.create_task(run_turn(context, slow.product.services.staff, question))
    await half_said(http)
    async with context.db.transaction() as tx:
        turn = await store.take_turn(tx, question.event_key)
        assert await store.keep_answer(tx, turn.turn_id, "The other's.", (), "offline")
        await store.close_turn(tx, turn.turn_id, "done")
        await store.mark_parts_sent(tx, parts_prefix(turn.turn_id))

    with pytest.raises(Overtaken):
        await waking

    after = await turn_of(context)
    async with context.db.transaction() as tx:
        states = await tx.fetch("select distinct state from outbox_message")
    parts = await RecordedParts.load(context, turn, parts_prefix(turn.turn_id), question.place)
    assert (after["answer"], after["state"]) == ("The other's.", "done")
    assert [row["state"] for row in states] == ["sent"]
    with pytest.raises(Overtaken):
        await parts.opening()


async def test_who_wakes_before_its_first_message_says_nothing_in_the_middle_of_the_others(
    slow, http
):
    """It stood still between reading the turn and opening a message."""
    context, question = await ask(slow, http)
    staff, model = slow.product.services.staff, Sleeper()
    sleepy = replace(staff, gateway=Gateway([model]))
    waking = asyncio.create_task(run_turn(context, sleepy, question))
    await model.asked.wait()

    answering = asyncio.create_task(run_turn(context, staff, question))
    await half_said(http)
    model.wakes.set()
    with pytest.raises(Overtaken):
        await waking
    assert len(await in_thread(http)) == 1
    await answering

    await assert_one_whole_answer(context, http)


async def test_who_wakes_in_a_stream_that_the_other_has_taken_over_begins_no_second_one(slow, http):
    context, question = await ask(slow, http)
    staff = slow.product.services.staff
    waking = asyncio.create_task(run_turn(context, staff, question))
    [begun] = await half_said(http)
    await until(partial(is_on_record, context, question.place.channel, begun["ts"]))

    answering = asyncio.create_task(run_turn(context, staff, question))
    with pytest.raises(Overtaken):
        await waking
    await answering

    await assert_one_whole_answer(context, http)
    assert [message["ts"] for message in await in_thread(http)] == [begun["ts"]]


@pytest.mark.parametrize("cancelled", [False, True], ids=["goes on", "its lease is lost"])
async def test_a_message_that_is_made_after_the_other_has_looked_for_it_is_taken_away(
    stage_with, cancelled
):
    """It stood still between the record of a message and Slack's making of it."""
    async with stage_with(works=False) as stage:
        await stage.add_document("northwind", "Hooks.md", HANDBOOK)
        async with aiohttp.ClientSession(stage.sandbox.url) as http:
            context, question = await ask(stage, http)
            staff = stage.product.services.staff
            pace = Pace(stage.product.services.database, context)
            await pace.hold("chat.startStream", 0.9)
            waking = asyncio.create_task(run_turn(context, staff, question))

            async def is_opening():
                async with context.db.transaction() as tx:
                    return await tx.fetchval("select count(*) from outbox_message")

            await until(is_opening)
            answering = asyncio.create_task(run_turn(context, staff, question))
            await until(lambda: in_thread(http))
            if cancelled:
                waking.cancel()
            with pytest.raises((Overtaken, asyncio.CancelledError)):
                await waking
            await answering

            async def is_taken_away():
                changes = stage.sandbox.world.feed.after(0, [question.place.team_id])
                return [change for change in changes if change.kind == "delete"]

            assert len(await until(is_taken_away, 10)) == 1
            await assert_one_whole_answer(context, http)


@pytest.mark.parametrize("streams", [True, False], ids=["streamed", "posted"])
async def test_what_slack_made_without_saying_so_for_who_was_overtaken_is_found_and_taken_away(
    slow, http, streams
):
    """It stood still just before its call, and then the answer to that was lost, too."""
    context, question = await ask(slow, http)
    place, key = question.place, question.event_key
    async with context.db.transaction() as tx:
        conversation = await store.open_conversation(tx, question, "people")
        turn = await store.open_turn(tx, new_id(), conversation, question, "people", ASKED)
    parts = await RecordedParts.load(context, turn, parts_prefix(turn.turn_id), place)
    part = await parts.opening()
    async with context.db.transaction() as tx:
        await store.take_turn(tx, key)
    client = await slow.product.clients.of(context)
    posts = Posts(client.api, place.team_id, Abilities())
    calling = starts(posts, place) if streams else posted(posts, place, part.key)
    slow.sandbox.world.faults.lost_answers = 1.0

    maker = MessageMaker(posts, place, parts, client.bot_user_id)
    making = asyncio.create_task(maker.make(part, calling, streams=streams))
    await until(lambda: in_thread(http))
    slow.sandbox.world.faults.lost_answers = 0.0
    with pytest.raises(Overtaken):
        await making

    assert await in_thread(http) == []


async def posted(posts, place, key):
    return await posts.post(
        place.channel, "Late", [], thread_ts=place.thread_ts, speaker=None, key=key
    )


async def starts(posts, place):
    answer = await posts.api.chat_startStream(
        channel=place.channel,
        thread_ts=place.thread_ts,
        markdown_text="Late",
        recipient_team_id=place.team_id,
        recipient_user_id=place.person_id,
    )
    return answer["ts"]
