"""A failover that loses the last second takes an event along and leaves its turn: nobody would end it."""

import aiohttp
import pytest

from bot.app import TASKS
from bot.schedule import jobs
from bot.worker.dispatch import run_task
from core.conversations.turns.abandon_turn import GIVE_UP_TURN
from core.jobs.model import InboxEvent
from core.jobs.put_task import put_task
from tests.integration.delivery.asked import ask, begun_turn
from tests.integration.worker.queueing import until


@pytest.fixture
async def http(stage):
    async with aiohttp.ClientSession(stage.sandbox.url) as session:
        yield session


@pytest.fixture
async def begun(stage, http):
    """A question whose turn was begun four hours ago, and whose event waits."""
    asked = await ask(stage, http)
    await until(lambda: has_event(asked))  # Slack delivers it when it likes
    async with asked.context.db.transaction() as tx:
        await begun_turn(tx, asked.question)
        await tx.execute("update turn set asked_at = now() - interval '4 hours'")
        await tx.execute("update inbox_event set received_at = now() - interval '4 hours'")
    yield asked
    await asked.forget_mail()


async def has_event(asked) -> bool:
    async with asked.context.db.transaction() as tx:
        return await tx.fetchval("select exists (select from inbox_event)")


async def forget_events(asked) -> None:
    """As a replica that lacks the last second does."""
    async with asked.context.db.transaction() as tx:
        await tx.execute("delete from inbox_event")


async def keep_house(asked) -> list[InboxEvent]:
    """The hourly look; the tasks that came of it."""
    product = asked.stage.product
    (job,) = (job for job in jobs(product) if job.name == "give_up_lost_turns")
    await job.run()
    async with asked.context.db.transaction() as tx:
        rows = await tx.fetch(
            "select id, event_id, kind, payload, attempts from inbox_event"
            " where starts_with(event_id, $1) and state = 'waiting'",
            f"task:{GIVE_UP_TURN}:",
        )
    return [InboxEvent(**row) for row in rows]


async def test_a_turn_without_an_event_is_closed_and_whoever_asked_is_told_once(begun):
    await forget_events(begun)
    (task,) = await keep_house(begun)
    assert await keep_house(begun) == [task], "once for each turn, however often it is looked for"
    product = begun.stage.product
    for _ in range(2):
        await run_task(TASKS, product.services, begun.context, task)

    assert (await begun.turn())[0] == "failed"
    (message,) = await begun.said()
    assert "Please ask again" in message["text"]
    assert message["thread_ts"] == begun.question.place.thread_ts


async def test_who_pressed_stop_hears_nothing_more(begun):
    async with begun.context.db.transaction() as tx:
        await tx.execute("update turn set state = 'stopping'")
    await forget_events(begun)
    (task,) = await keep_house(begun)
    await run_task(TASKS, begun.stage.product.services, begun.context, task)

    assert (await begun.turn())[0] == "failed"
    assert await begun.said() == []


async def test_a_turn_whose_event_waits_is_somebodys(begun):
    assert await keep_house(begun) == []


@pytest.mark.parametrize("state", ["open", "waiting", "done"])
async def test_what_may_still_go_on_or_is_over_is_left_alone(begun, state):
    """Open for a minute; waiting for a yes, which has a time of its own; answered."""
    await forget_events(begun)
    ago = "1 minute" if state == "open" else "4 hours"
    async with begun.context.db.transaction() as tx:
        await tx.execute(
            "update turn set state = $1, asked_at = now() - $2::text::interval", state, ago
        )

    assert await keep_house(begun) == []


async def test_a_task_of_another_kind_keeps_no_turn_open(begun):
    """Where files are read all day, something waits whenever one looks."""
    await forget_events(begun)
    database, tenant = begun.stage.product.services.database, begun.context.tenant_id
    await put_task(database, tenant, "read_file", {}, key="doc")

    assert len(await keep_house(begun)) == 1


async def test_a_turn_that_a_yes_has_just_taken_up_again_is_left_alone(begun):
    """Days after it was asked: its event is long done, and what goes on with it is a task."""
    await forget_events(begun)
    database, tenant = begun.stage.product.services.database, begun.context.tenant_id
    await put_task(database, tenant, "resume_turn", {"step": "s"}, key="s:approved")

    assert await keep_house(begun) == []


async def test_what_ended_before_its_task_ran_is_not_spoken_of(begun):
    await forget_events(begun)
    (task,) = await keep_house(begun)
    async with begun.context.db.transaction() as tx:
        await tx.execute("update turn set state = 'done'")
    await run_task(TASKS, begun.stage.product.services, begun.context, task)

    assert (await begun.turn())[0] == "done"
    assert await begun.said() == []
