"""A92: a yes counts once, in time, from whom it is asked, and for these very arguments."""

import asyncio

import asyncpg
import pytest

from core.gateway.approvals.model import ApprovalRule
from core.gateway.approvals.settle_step import Press, rule_as_asked, settle_step
from core.gateway.tools.model import ToolPolicy
from core.kernel.errors import Conflict, NotFound, Refused
from core.kernel.ids import new_id
from tests.integration.tools.foreign import World, wanted
from tests.integration.worker.queueing import until


@pytest.fixture
def world():
    return World()


async def asked(context, world, rule=None):
    policy = ToolPolicy(approvals={"send": rule}) if rule else ToolPolicy()
    session = await world.session(context, policy=policy)
    return session, await session.call(wanted("send", to="ben"))


def say(
    context,
    step,
    person="UANA",
    *,
    approves=True,
    is_admin=False,
    digest=None,
    reference=None,
    rule_now=rule_as_asked,
):
    press = Press(
        step.step_id,
        digest or step.digest,
        person,
        is_admin=is_admin,
        approves=approves,
        reference=reference or new_id(),
    )
    return settle_step(context, press, rule_now=rule_now)


async def again(context, world):
    session = await world.session(context)
    await session.advance()
    return session


async def test_a_yes_is_carried_out_once(context, world):
    _, step = await asked(context, world)

    approved = await say(context, step)
    twice = await say(context, step)
    session = await again(context, world)
    await again(context, world)

    assert (approved.state, twice.state) == ("approved", "approved")
    assert session.rows[0].state == "done"
    assert world.done == [("send", {"to": "ben"})]


async def test_a92_a_yes_that_was_used_counts_no_more(context, world):
    _, step = await asked(context, world)
    await say(context, step)
    await again(context, world)

    with pytest.raises(Conflict, match="done already"):
        await say(context, step)
    await again(context, world)

    assert len(world.done) == 1


async def test_a92_a_wrong_person_changed_arguments_and_a_late_yes_are_refused(context, world):
    _, step = await asked(context, world)

    with pytest.raises(Refused):
        await say(context, step, "UBEN", is_admin=True)
    with pytest.raises(Conflict, match="not what was shown"):
        await say(context, step, digest="0" * 64)
    async with context.db.transaction() as tx:
        await tx.execute("""update turn_step set arguments = '{"to":"eve"}'""")
    with pytest.raises(Conflict, match="not what was shown"):
        await say(context, step)
    async with context.db.transaction() as tx:
        await tx.execute("""update turn_step set arguments = '{"to":"ben"}'""")
        await tx.execute("update turn_step set expires_at = now() - interval '1 minute'")
    with pytest.raises(Conflict, match="over"):
        await say(context, step)
    session = await again(context, world)

    assert session.rows[0].state == "expired"
    assert not world.done
    async with context.db.transaction() as tx:
        refused = await tx.fetchval(
            "select count(*) from audit_event where action = 'gateway:tool:approve'"
            " and outcome = 'refused'"
        )
    assert refused == 4


async def test_two_people_are_two_people(context, world):
    _, step = await asked(context, world, ApprovalRule("two"))

    first = await say(context, step, "UANA")
    same = await say(context, step, "UANA")
    second = await say(context, step, "UBEN")

    assert [first.state, same.state, second.state] == ["waiting", "waiting", "approved"]


async def test_who_asked_may_always_say_no_and_then_it_is_over(context, world):
    _, step = await asked(context, world, ApprovalRule("admin"))

    with pytest.raises(Refused):
        await say(context, step, "UANA")
    declined = await say(context, step, "UANA", approves=False)
    with pytest.raises(Conflict, match="said no"):
        await say(context, step, "UBOSS", is_admin=True)
    session = await again(context, world)

    assert declined.state == "declined"
    assert "said no" in session.steps[0].results[0].text
    assert not world.done


async def test_what_is_not_there_cannot_be_answered(context, world, new_context):
    _, step = await asked(context, world)
    other = await new_context()

    with pytest.raises(NotFound):
        await say(other, step)


async def approvals(context):
    """(person, outcome, detail) of each yes that somebody gave or tried to, oldest first."""
    async with context.db.transaction() as tx:
        found = await tx.fetch(
            "select actor, outcome, detail::jsonb ->> 'reason' as reason from audit_event"
            " where action = 'gateway:tool:approve' order by seq"
        )
    return [(row["actor"], row["outcome"], row["reason"]) for row in found]


async def test_the_same_person_pressing_twice_is_one_and_that_is_in_the_log(context, world):
    _, step = await asked(context, world, ApprovalRule("two"))

    await say(context, step, "UANA", reference="click1")
    await say(context, step, "UANA", reference="click1")  # the same click, after a crash
    twice = await say(context, step, "UANA", reference="click2")
    done = await say(context, step, "UBEN", reference="click3")

    assert (twice.state, done.state) == ("waiting", "approved")
    assert done.detail["by"] == ["UANA", "UBEN"]
    assert await approvals(context) == [
        ("UANA", "done", None),
        ("UANA", "refused", "repeated"),
        ("UBEN", "done", None),
    ]


@pytest.mark.parametrize(
    ("other", "state", "by"),
    [("UBEN", "approved", ["UANA", "UBEN"]), ("UANA", "waiting", ["UANA"])],
)
async def test_two_presses_at_once_are_two_people_or_one(
    context, world, admin_dsn, other, state, by
):
    """The first is held up where it has read the row: the second must not read the same."""
    _, step = await asked(context, world, ApprovalRule("two"))
    second: list[asyncio.Task] = []

    async def look(tx, step):
        second.append(asyncio.create_task(say(context, step, other)))
        await held_up(admin_dsn, second[0])
        return await rule_as_asked(tx, step)

    await say(context, step, "UANA", rule_now=look)
    settled = await second[0]

    assert (settled.state, settled.detail["by"]) == (state, by)


async def held_up(admin_dsn, task):
    """Until *task* waits for somebody's lock, or is through."""
    admin = await asyncpg.connect(admin_dsn)

    async def is_so():
        return task.done() or await admin.fetchval(
            "select exists (select from pg_stat_activity where wait_event_type = 'Lock'"
            " and datname = current_database() and query like '%turn_step%')"
        )

    try:
        await until(is_so)
    finally:
        await admin.close()


def holds(rule):
    async def look(tx, step):
        return rule

    return look


async def test_a_call_that_waits_is_held_to_the_stricter_of_two_rules(context, world):
    now = holds(ApprovalRule("admin"))
    _, step = await asked(context, world)

    with pytest.raises(Refused):
        await say(context, step, "UANA", rule_now=now)
    approved = await say(context, step, "UBOSS", is_admin=True, rule_now=now)

    assert approved.state == "approved"


async def test_a_rule_that_was_relaxed_since_relaxes_nothing_that_waits(context, world):
    now = holds(ApprovalRule("requester"))
    _, step = await asked(context, world, ApprovalRule("group", ("UBEN",)))

    with pytest.raises(Refused):
        await say(context, step, "UANA", is_admin=True, rule_now=now)

    assert (await say(context, step, "UBEN", rule_now=now)).state == "approved"


async def test_a_yes_that_counts_no_more_under_a_stricter_rule_is_none_of_the_two(context, world):
    now = holds(ApprovalRule("admin"))
    _, step = await asked(context, world, ApprovalRule("two"))

    await say(context, step, "UANA")
    one = await say(context, step, "UBOSS", is_admin=True, rule_now=now)
    with pytest.raises(Refused):
        await say(context, step, "UANA", rule_now=now)
    two = await say(context, step, "UHEAD", is_admin=True, rule_now=now)

    assert [one.state, two.state] == ["waiting", "approved"]


async def test_what_was_taken_from_the_agent_since_gets_no_yes_but_a_no(context, world):
    _, step = await asked(context, world)

    with pytest.raises(Refused, match="taken this tool"):
        await say(context, step, rule_now=holds(None))
    declined = await say(context, step, approves=False, rule_now=holds(None))

    assert declined.state == "declined"


async def test_what_was_approved_and_then_forbidden_is_not_done(context, world):
    _, step = await asked(context, world)
    await say(context, step)

    session = await world.session(context, policy=ToolPolicy(rules={"send": "never"}))
    await session.advance()

    assert session.rows[0].state == "failed"
    assert not world.done
