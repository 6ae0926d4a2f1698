"""An answer that an earlier try has left half shown: its messages are made whole, and quickly."""

import asyncio
from functools import partial

import aiohttp
import pytest

from bot.slack.abilities import Abilities
from bot.slack.pacing.pace import Pace
from bot.slack.pacing.tiers import limits_of
from bot.slack.posts import Posts
from core.conversations import store
from core.conversations.model import Speaker
from core.conversations.turns.parts import RecordedParts, parts_prefix
from core.db.database import Database
from core.db.pool import open_pool
from core.db.scope import schema_of
from core.kernel.errors import Postponed
from tests.integration.delivery.asked import ask, begun_turn, words
from tests.integration.worker.queueing import until

SPEAKER = Speaker("Finn", ":finn:")
ANSWER = "\n\n".join(f"Line {n}: bicycle {n} hangs on hook {n}." for n in range(300))


@pytest.fixture
async def asked(stage):
    async with aiohttp.ClientSession(stage.sandbox.url) as http:
        yield await ask(stage, http)


@pytest.fixture
async def parts(asked):
    async with asked.context.db.transaction() as tx:
        turn = await begun_turn(tx, asked.question)
    prefix, place = parts_prefix(turn.turn_id), asked.question.place
    begun = await RecordedParts.load(asked.context, turn, prefix, place)
    for _ in range(4):
        await begun.opening()
    return begun


@pytest.fixture
async def api(stage, asked):
    """The bot's own, and in no hurry to keep a pace."""
    clients = stage.product.clients
    return clients.api((await clients.of(asked.context)).token)


async def test_who_cannot_know_whose_turn_it_is_shows_nothing_for_now(
    service_dsn, master, parts, asked
):
    """An answer that grows does not fail because the database is away for a moment."""
    pool = await open_pool(service_dsn, size=1)
    context = await Database(pool, master).tenant(asked.context.tenant_id)
    pool.terminate()
    there = await RecordedParts.load(asked.context, parts._turn, "answer:t:", asked.question.place)
    there._context = context

    await parts.hold()
    with pytest.raises(Postponed):
        await there.hold()


async def finish(stage, asked, parts):
    messenger = stage.product.services.staff.messenger
    place = asked.question.place
    async with messenger.answer(asked.context, place, SPEAKER, parts) as pen:
        await pen.finish(ANSWER, ())


def lines_in(messages):
    """How often each line stands there, and how many messages still stream."""
    text = "\n".join(map(words, messages))
    streaming = sum(bool(message["streaming"]) for message in messages)
    return [text.count(f"Line {n}: ") for n in range(300)], streaming


WHOLE = ([1] * 300, 0)


async def test_of_several_streams_only_the_last_is_stopped(stage, asked, parts, api):
    """Each call has to wait for its slot, and the reader for the answer."""
    place = asked.question.place
    for part in parts.parts:
        begun = await api.chat_startStream(
            channel=place.channel, thread_ts=place.thread_ts, markdown_text="Line"
        )
        await parts.opened(part, begun["ts"], streams=True)
        if part is not parts.parts[-1]:
            await api.chat_stopStream(channel=place.channel, ts=begun["ts"])
    before = await _slots_taken(stage, asked)

    await finish(stage, asked, parts)

    assert await _slots_taken(stage, asked) - before == 1
    assert lines_in(await asked.said()) == WHOLE


async def test_what_was_posted_needs_no_stop(stage, asked, parts, api):
    """Past Slack's allowance of streams answers are posted: where those wait as well, they do not wait
    for the end of a stream that never was."""
    place = asked.question.place
    for part in parts.parts:
        posted = await api.chat_postMessage(
            channel=place.channel, thread_ts=place.thread_ts, text="Line"
        )
        await parts.opened(part, posted["ts"], streams=False)
    await Pace(stage.product.storage.database, asked.context).hold("chat.stopStream", 3600)

    async with asyncio.timeout(10):
        await finish(stage, asked, parts)

    assert lines_in(await asked.said()) == WHOLE


async def test_of_messages_that_two_have_made_without_a_record_one_is_gone_on_in(
    stage, asked, parts, api
):
    """The database was away for both of them, and then each died."""
    place, posts = asked.question.place, Posts(api, asked.question.place.team_id, Abilities())
    first, *_ = parts.parts
    for _ in range(2):
        await posts.post(
            place.channel, "Late", [], thread_ts=place.thread_ts, speaker=None, key=first.key
        )

    await finish(stage, asked, parts)

    messages = await asked.said()
    assert lines_in(messages) == WHOLE
    assert "Late" not in str(messages)


async def test_what_stands_in_slack_is_written_down_although_the_connection_ends_meanwhile(
    admin, asked, parts
):
    """Else the next try would make it again, unless it finds it."""
    first, *_ = parts.parts
    async with admin.transaction():
        await admin.execute(f"lock table {schema_of(asked.context.tenant_id)}.turn")
        recording = asyncio.create_task(parts.opened(first, "1700000000.000100", streams=False))
        await until(partial(end_whoever_waits, admin))
    await recording

    async with asked.context.db.transaction() as tx:
        known_as = await store.find_key_of_message(
            tx, asked.question.place.channel, "1700000000.000100"
        )
    assert (known_as, first.message_ts) == (first.key, "1700000000.000100")


async def end_whoever_waits(admin) -> bool:
    """The server ends the connections that wait for a lock."""
    ended = await admin.fetch(
        "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'"
    )
    return bool(ended)


async def _slots_taken(stage, asked) -> int:
    """Of chat.stopStream, since it last rested."""
    pace = Pace(stage.product.storage.database, asked.context)
    limit = pace._limit(limits_of("chat.stopStream", None)[0])
    async with stage.product.storage.database.control() as tx:
        ahead = await tx.fetchval(
            "select extract(epoch from next_at - now())::float8 from control.rate_limit"
            " where bucket = $1",
            limit.bucket,
        )
    return round(max(ahead or 0.0, 0.0) / limit.interval)
