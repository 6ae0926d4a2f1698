"""Every payload the sandbox can send, as `message` and as `app_mention`, five times each, in any
order, with three workers on one database: each text has exactly one visible answer."""

import asyncio
from dataclasses import dataclass

import pytest

from bot.sandbox.control.routes import ROUTES as CONTROL
from handlers.blocks.agents.buttons import INSTRUCT_FORM
from handlers.blocks.answers.asking import ASK_ABOUT, ASK_FORM
from handlers.blocks.review.rating import WHY
from tests.scenario.agents.forms import filled_in
from tests.scenario.captured import Bench, Caught, open_bench

HANDBOOK = "# Handbook\n\n## Bike stipend\n\nYou can claim 900 euros every three years.\n"
ASK = "what is the bike stipend?"
ANSWER = "900 euros"
REFUSED = "Sorry, I only answer"
HELP = "/ask"
SHAPES = ("message", "app_mention", "both")


@dataclass(frozen=True)
class Case:
    """Deliveries of one text, and what then stands in its thread: *words* once, in *count*
    messages of the app."""

    channel: str
    thread: str
    caught: list[Caught]
    words: str
    count: int = 1


@pytest.fixture
async def bench(stage_with):
    async with stage_with(works=False) as stage, open_bench(stage) as opened:
        await stage.add_document("northwind", "Handbook.md", HANDBOOK)
        yield opened


async def said(bench: Bench, person: str, place: str, text: str, words: str, **more: str) -> Case:
    done, caught = await bench.act("say", person, place, text=text, **more)
    return Case(done["channel"], more.get("thread") or done["ts"], caught, words)


async def uploaded(bench: Bench, person: str, place: str, comment: str, *expected) -> Case:
    done, caught = await bench.upload(person, place, comment)
    return Case(done["channel"], done["ts"], caught, *expected)


async def mentioned(bench: Bench) -> list[Case]:
    """Every way in which a channel hears of us: all of them come in two shapes."""
    shared = "#with-copper-kettle"
    cases = [
        await said(bench, "ben", "#general", f"@AEGIS {ASK}", ANSWER),
        await said(bench, "ana", "#leadership", f"@AEGIS {ASK}", ANSWER),
        await said(bench, "olga", shared, f"@AEGIS {ASK}", REFUSED),
        await said(bench, "gil", "#random", f"@AEGIS {ASK}", REFUSED),
        await said(bench, "cho", "#random", "@AEGIS help", HELP),
        await said(bench, "cho", shared, "@AEGIS", HELP),
        await uploaded(bench, "cho", "#general", "@AEGIS", "direct message only"),
        # What is asked is answered, and of the file it is said where to drop it.
        await uploaded(bench, "cho", "#general", f"@AEGIS {ASK}", ANSWER, 2),
    ]
    for subtype in (None, "thread_broadcast"):
        root, _ = await bench.act("say", "ana", "#general", text="Bikes, anyone?")
        case = await said(bench, "ben", "#general", f"@AEGIS {ASK}", ANSWER, thread=root["ts"])
        if subtype:
            case.caught[:] = [
                one.changed(subtype=subtype) if one.shape == "message" else one
                for one in case.caught
            ]
        cases.append(case)
    return cases


async def in_one_shape(bench: Bench) -> list[Case]:
    """What Slack sends once: direct messages, commands, what is said next in a thread of ours."""
    first = await said(bench, "cho", "#general", f"@AEGIS {ASK}", ANSWER)
    await bench.deliver_shuffled(first.caught, 0, times=1)
    done, command = await bench.act("command", "cho", "dm", text="/aegis help")
    asked, ask = await bench.act("command", "ben", "dm", text=f"/ask {ASK}")
    return [
        await said(bench, "ana", "dm", ASK, ANSWER),
        await said(bench, "gil", "dm", ASK, REFUSED),
        await said(bench, "ben", "dm", "help", HELP),
        await uploaded(bench, "ana", "dm", "", "I have read"),
        await said(bench, "ana", "#general", "Say it again", "", thread=first.thread),
        Case(done["channel"], "", command, HELP),
        Case(asked["channel"], "", ask, ANSWER, 2),  # the question for all to read, and its answer
    ]


def shaped(case: Case, shape: str) -> list[Caught]:
    return [one for one in case.caught if shape in (one.shape, "both")]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_text_in_a_channel_is_answered_once_whatever_shape_it_comes_in(bench, seed):
    by_shape = {shape: await mentioned(bench) for shape in SHAPES}
    await bench.deliver_shuffled(
        [one for shape, cases in by_shape.items() for case in cases for one in shaped(case, shape)],
        seed,
    )

    for shape, cases in by_shape.items():
        for case in cases:
            assert {one.shape for one in case.caught} >= {"message", "app_mention"}
            found = bench.said(case.channel, case.thread)
            assert len(found) == case.count, (shape, found)
            assert sum(case.words in text for text in found) == 1, (shape, found)


@pytest.mark.parametrize("seed", [4, 5])
async def test_what_comes_in_one_shape_is_answered_once(bench, seed):
    cases = await in_one_shape(bench)
    before = {case.thread: len(bench.said(case.channel, case.thread)) for case in cases}
    await bench.deliver_shuffled([one for case in cases for one in case.caught], seed)

    for case in cases:
        found = bench.said(case.channel, case.thread)
        if not case.thread:
            known = {other.thread for other in cases} - {""}
            found = bench.said(case.channel, "", besides=known)
        assert len(found) - before[case.thread] == case.count, found
        assert sum(case.words in text for text in found) >= 1, found


async def test_the_same_text_under_new_event_ids_is_still_one_text(bench):
    """Should Slack ever send a text again under another id: the message decides."""
    case = await said(bench, "ben", "#general", f"@AEGIS {ASK}", ANSWER)
    again = [one.changed(f"Ev0AGAIN{n}") for n in range(3) for one in case.caught]
    await bench.deliver_shuffled([*case.caught, *again], 6, times=2)

    assert len(bench.said(case.channel, case.thread)) == 1


async def test_a_refusal_is_one_row_of_the_log_whatever_shape_it_came_in(bench):
    case = await said(bench, "olga", "#with-copper-kettle", f"@AEGIS {ASK}", REFUSED)
    await bench.deliver_shuffled(case.caught, 7)

    async with bench.stage.tenants["northwind"].db.transaction() as tx:
        rows = await tx.fetch(
            "select reference from audit_event where action = 'conversations:turn:ask'"
        )
    assert [row["reference"] for row in rows] == [f"{case.channel}:{case.thread}"]


async def test_a_click_replayed_changes_its_card_once(bench):
    file = await uploaded(bench, "ana", "dm", "", "I have read")
    await bench.deliver_shuffled(file.caught, 8, times=1)
    card = bench.card(file.channel, file.thread)
    before = bench.updates(card)
    _, click = await bench.act("click", "ana", "dm", ts=card, text="Share with everyone")
    await bench.deliver_shuffled(click, 9)

    assert bench.updates(card) == before + 1
    assert "is now shared" in bench.said(file.channel, file.thread)[0]


async def test_a_form_replayed_is_saved_once_and_said_once(bench):
    values = {"instructions": {"value": {"value": "Answer in whole sentences."}}}
    sent, closed = [
        (await bench.act("view", "ana", "", callback_id=INSTRUCT_FORM, **more))[1]
        for more in ({"values": values}, {"closed": True})
    ]
    await bench.deliver_shuffled([*sent, *closed], 11)

    found = bench.said(bench.direct("ana"), "")
    assert [text.count("is saved: version 1") for text in found] == [1]


async def test_a_shortcut_replayed_opens_one_window(bench):
    case = await said(bench, "ben", "#general", f"@AEGIS {ASK}", ANSWER)
    await bench.deliver_shuffled(case.caught, 12, times=1)
    answer = bench.card(case.channel, case.thread)
    _, why = await bench.act("shortcut", "ben", "#general", callback_id=WHY, ts=answer)
    await bench.deliver_shuffled(why, 13)

    assert len(bench.windows("ben")) == 1
    assert len(bench.said(case.channel, case.thread)) == 1


async def test_a_question_about_a_message_replayed_is_answered_once_and_shared_once(bench):
    """Also when it is pressed twice: the same window, or the same button, under another trigger."""
    said, _ = await bench.act("say", "cho", "#general", text="Are bikes paid for?")
    _, used = await bench.act("shortcut", "ben", "#general", callback_id=ASK_ABOUT, ts=said["ts"])
    await bench.deliver_shuffled(used, 15)
    assert len(bench.windows("ben")) == 1
    form = {"callback_id": ASK_FORM, "values": filled_in(ASK)}
    _, sent = await bench.act("view", "ben", "", **form)
    await bench.deliver_shuffled([*sent, *(one.pressed_again("9.again") for one in sent)], 16)

    direct = bench.direct("ben")
    _, answer, offer = bench.said(direct, "")
    assert ANSWER in answer
    assert "Share in channel" in offer
    card = bench.card_of(direct, "Only you see")
    _, click = await bench.act("click", "ben", "dm", ts=card, text="Share in channel")
    await bench.deliver_shuffled([*click, *(one.pressed_again("9.twice") for one in click)], 17)

    [shared] = bench.said(said["channel"], said["ts"])
    assert ANSWER in shared
    assert len(bench.said(direct, "")) == 3


@pytest.mark.parametrize("shape", SHAPES)
async def test_another_bots_words_have_no_answer_whatever_shape_they_come_in(bench, shape):
    cases = []
    for classic in (True, False):
        done, caught = await bench.act("bot", "", "#general", text=f"@AEGIS {ASK}", classic=classic)
        cases.append(Case(done["channel"], done["ts"], caught, ""))
    await bench.deliver_shuffled([one for case in cases for one in shaped(case, shape)], 14)

    for case in cases:
        assert {one.shape for one in case.caught} == {"message", "app_mention"}
        assert bench.said(case.channel, case.thread) == []


async def test_every_way_to_act_in_the_sandbox_is_played_here():
    """What is said aloud in the sandbox or changed there in another way has no visible answer: it is
    played where its effect is tried."""
    elsewhere = {"options", "person", "channel", "uninstall", "expire_token", "revoke_token"}
    elsewhere |= {"grant", "workspaces", "refuse", "refresh_sockets", "faults", "switches"}
    # What is pressed and sent in windows and on Home goes as `click`, `view` and an event do.
    elsewhere |= {"open_home", "submit", "close"}
    served = {path.removeprefix("/sandbox/") for method, path in CONTROL if method == "POST"}

    assert served - elsewhere == {
        *("say", "upload", "command", "click", "stop"),
        *("view", "shortcut", "bot"),
    }


@pytest.fixture
async def slow_bench(stage_with):
    async with stage_with(works=False, words_per_s=4) as stage, open_bench(stage) as opened:
        await stage.add_document("northwind", "Handbook.md", HANDBOOK * 3)
        yield opened


async def test_stop_replayed_stops_one_answer_once(slow_bench):
    case = await said(slow_bench, "ana", "dm", ASK, "Stopped")
    await slow_bench.deliver(case.caught)
    async with asyncio.timeout(20):
        while not slow_bench.said(case.channel, case.thread):  # noqa: ASYNC110 - seen in Slack
            await asyncio.sleep(0.02)
    _, stop = await slow_bench.act("stop", "ana", "dm", thread=case.thread)
    await slow_bench.deliver_shuffled([*stop, *case.caught], 10)

    found = slow_bench.said(case.channel, case.thread)
    assert len(found) == 1
    assert found[0].count("Stopped") == 1
