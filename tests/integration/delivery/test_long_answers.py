"""An answer that Slack cuts: whatever fails on the way, the reader sees all of it, and once."""

import asyncio
import random
import re
from contextlib import suppress

import aiohttp
import pytest

from bot.slack.messenger import SlackMessenger
from core.conversations.model import Source, Speaker
from core.conversations.ports import Stopped
from core.conversations.turns.parts import RecordedParts
from core.kernel.errors import Postponed
from tests.integration.delivery.asked import ask, begun_turn, words

SPEAKER = Speaker("Finn", ":finn:")
SOURCES = (Source(1, "Rules.md", None, "Hooks"),)
NUMBERS = 60
ANSWER = "Here is all of it.\n\n" + "\n\n".join(
    f"Line {n}: bicycle {n} hangs on hook {n}." for n in range(NUMBERS)
)
CODE = "Here it is:\n\n```python\n" + "\n".join(f"line_{n} = {n}" for n in range(40)) + "\n```\n"
# What Slack says in the middle of an answer, and at which call.
CUTS = [
    ("chat.appendStream", "message_not_in_streaming_state"),
    ("chat.appendStream", "internal_error"),
    ("chat.appendStream", "msg_too_long"),
    ("chat.appendStream", "streaming_state_conflict"),
    ("chat.stopStream", "message_not_in_streaming_state"),
    ("chat.stopStream", "internal_error"),
    ("chat.startStream", "internal_error"),
    ("chat.startStream", "invalid_blocks"),
    ("chat.update", "streaming_state_conflict"),
    ("chat.update", "msg_too_long"),
    ("chat.update", "invalid_blocks"),
    ("chat.postMessage", "msg_blocks_too_long"),
]


@pytest.fixture
async def stage(stage_with):
    async with stage_with(works=False) as opened:
        yield opened


@pytest.fixture
def quick(monkeypatch):
    """Every delta is shown; slots are another test's business."""
    monkeypatch.setattr("bot.slack.answers.ticker.QUICKEST_SECONDS", 0.0)
    monkeypatch.setattr("bot.slack.answers.streaming.APPEND_SECONDS", 0.0)
    monkeypatch.setattr("bot.slack.answers.rewriting.UPDATE_SECONDS", 0.0)


async def write(
    stage, asked, answer, *, cuts=(), lost=(), stream_age_s=240.0, pause=0.0, streams=True
):
    """Write *answer* in pieces; before the n-th piece, plant what *cuts* has for n. While those of
    *lost* are written, Slack does what it is asked and says nothing."""
    services, context = stage.product.services, asked.context
    messenger = SlackMessenger(
        stage.product.clients,
        services.workspaces,
        stage.product.services.staff.messenger._session,
        oldest_stream_seconds=stream_age_s,
    )
    if not streams:
        messenger._abilities.lacks(asked.question.place.team_id, "streaming")
    async with context.db.transaction() as tx:
        turn = await begun_turn(tx, asked.question)
    parts = await RecordedParts.load(context, turn, "answer:t:", asked.question.place)
    pieces = re.findall(r".{1,40}", answer, re.DOTALL)
    async with messenger.answer(context, asked.question.place, SPEAKER, parts) as pen:
        for number, piece in enumerate(pieces):
            for at, method, error in cuts:
                if at == number:
                    stage.sandbox.refuse(method, error)
            stage.sandbox.world.faults.lost_answers = 1.0 if number in lost else 0.0
            with suppress(Postponed):
                await pen.write(piece)
            await asyncio.sleep(pause)
        await pen.finish(answer, SOURCES)
    return parts


def lines_in(messages):
    """The numbers of its lines, as often as they stand there, and whether sources stand below."""
    text = "\n".join(map(words, messages))
    listed = str(messages).count("*Sources*") + text.count("\nSources\n") >= 1
    return sorted(int(number) for number in re.findall(r"Line (\d+): ", text)), listed


WHOLE = (list(range(NUMBERS)), True)  # every line once, and the sources below


def in_one_fence(messages):
    """The code as it was before it was cut: without the marks that close a message and open one."""
    read = ""
    for message in messages:
        read += words(message).removeprefix("```python\n") if read else words(message)
        if not CODE.startswith(read.rstrip()):
            read = read.removesuffix("```")
        # In the middle of a line a line end stands before the mark; at its end it is the code's own.
        if not CODE.startswith(read):
            read = read.removesuffix("\n")
    return read.strip()


@pytest.mark.parametrize("seed", range(10))
async def test_random_cuts_leave_the_answer_whole_and_once(stage, http, quick, seed):
    asked = await ask(stage, http)
    choose = random.Random(seed)
    cuts = [(choose.randrange(60), *choose.choice(CUTS)) for _ in range(3)]
    await write(stage, asked, ANSWER, cuts=cuts, streams=seed % 3 > 0)

    assert lines_in(await asked.said()) == WHOLE


@pytest.mark.parametrize(("method", "error"), CUTS)
async def test_a_cut_in_the_middle_leaves_the_answer_whole_and_once(
    stage, http, quick, method, error
):
    asked = await ask(stage, http)
    begins = method in ("chat.startStream", "chat.postMessage")
    cuts = [(0 if begins else 20, method, error)]
    await write(stage, asked, ANSWER, cuts=cuts, streams="Stream" in method)

    assert lines_in(await asked.said()) == WHOLE


async def test_a_stream_that_ended_at_the_last_moment_still_gets_its_sources(stage, http, quick):
    asked = await ask(stage, http)
    cuts = [(0, "chat.stopStream", "message_not_in_streaming_state")]
    await write(stage, asked, "Short.", cuts=cuts)
    [message] = await asked.said()

    assert "Short." in words(message)
    assert "*Sources*" in str(message["blocks"])


async def test_an_answer_older_than_a_stream_lives_rolls_over_and_keeps_its_fence(
    stage_with, quick
):
    async with (
        stage_with(works=False, stream_age_s=1.0) as stage,
        aiohttp.ClientSession(stage.sandbox.url) as http,
    ):
        asked = await ask(stage, http)
        await write(stage, asked, CODE, stream_age_s=0.4, pause=0.1)
        messages = await asked.said()

    assert len(messages) >= 2
    assert not any(message["streaming"] for message in messages)
    assert all(words(message).count("```") % 2 == 0 for message in messages)
    assert in_one_fence(messages) == CODE.strip()


async def test_where_slack_ends_the_stream_in_a_fence_the_next_message_opens_it_again(
    stage, http, quick
):
    asked = await ask(stage, http)
    await write(stage, asked, CODE, cuts=[(8, "chat.appendStream", CUTS[0][1])])
    first, second = await asked.said()

    assert words(second).startswith("```python\n")
    assert in_one_fence([first, second]) == CODE.strip()


async def test_what_the_person_stopped_is_not_written_on(stage, http, quick):
    asked = await ask(stage, http)
    with pytest.raises(Stopped):
        await write(stage, asked, ANSWER, cuts=[(3, "chat.appendStream", "stopped_by_user")])
    text = "\n".join(map(words, await asked.said()))

    assert "Line 0: " in text
    assert f"Line {NUMBERS - 1}: " not in text


@pytest.mark.parametrize("streams", [True, False], ids=["streamed", "rewritten"])
async def test_a_message_that_slack_made_without_saying_so_is_found_and_not_made_again(
    stage, http, quick, streams
):
    asked = await ask(stage, http)
    await write(stage, asked, ANSWER, lost=range(3), streams=streams)

    assert lines_in(await asked.said()) == WHOLE


async def test_an_answer_that_escaping_makes_longer_loses_nothing(stage, http, quick):
    stage.sandbox.refuse("chat.startStream", "channel_type_not_supported")
    asked = await ask(stage, http)
    answer = "\n\n".join(f"Line {n}: " + "R&D & more " * 8 for n in range(NUMBERS))
    await write(stage, asked, answer)
    messages = await asked.said()

    assert lines_in(messages) == WHOLE
    assert sum(message["text"].count("R&amp;D") for message in messages) == 8 * NUMBERS
