"""Retention: each class of data is kept as long as its tenant says, and no longer."""

import pytest

from core.audit.checkpoint import sign_checkpoints
from core.kernel.errors import Invalid
from core.lifecycle.retention import enforce_retention, list_retention, set_retention
from tests.integration.lifecycle import SIGNER, actions, as_admin


@pytest.fixture
def keep(context):
    async def run(data_class, keep_days):
        await set_retention(context, data_class, keep_days, actor="UOLGA", reference="r1")

    return run


@pytest.fixture
def enforce(context, provisioner):
    async def run():
        return await enforce_retention(context, provisioner, SIGNER)

    return run


async def say(context, key: str, days_ago: int, state: str = "done") -> None:
    """A thread with a turn and its message, so many days old."""
    async with context.db.transaction() as tx:
        thread = await tx.fetchval(
            "insert into conversation (channel, thread_ts, agent, opened_by, opened_at)"
            " values ('C1', $1::text, 'nora', 'U1', now() - make_interval(days => $2)) returning id",
            key,
            days_ago,
        )
        await tx.execute(
            "insert into turn (turn_id, conversation_id, event_key, person_id, agent, question,"
            " state, asked_at) values ($1::text, $2, $1, 'U1', 'nora', 'why?', $3,"
            " now() - make_interval(days => $4))",
            key,
            thread,
            state,
            days_ago,
        )
        await tx.execute(
            "insert into outbox_message (key, channel, body, state, created_at)"
            " values ($1, 'C1', '{}', $2, now() - make_interval(days => $3))",
            key,
            "sent" if state == "done" else "streaming",
            days_ago,
        )


async def wait_in_inbox(context, days_ago: int) -> None:
    async with context.db.transaction() as tx:
        await tx.execute(
            "insert into inbox_event (event_id, mailbox, kind, payload, received_at)"
            " values ('E1', 'box', 'event', '{}', now() - make_interval(days => $1))",
            days_ago,
        )


async def kept(context) -> dict[str, list[str]]:
    async with context.db.transaction() as tx:
        found = {}
        for name, statement in {
            "threads": "select thread_ts as name from conversation order by 1",
            "turns": "select turn_id as name from turn order by 1",
            "messages": "select key as name from outbox_message order by 1",
            "people": "select person_id as name from person order by 1",
        }.items():
            found[name] = [row["name"] for row in await tx.fetch(statement)]
    return found


async def test_without_a_word_of_the_tenants_the_defaults_hold(context):
    found = {each.data_class: each for each in await list_retention(context)}

    assert {name: each.keep_days for name, each in found.items()} == {
        "conversations": 365,
        "people": 90,
        "audit": 730,
    }
    assert all(each.is_default and each.words for each in found.values())


async def test_what_a_tenant_sets_holds_and_is_audited(provisioner, context, keep):
    await keep("conversations", 30)
    await keep("people", None)
    found = {each.data_class: each for each in await list_retention(context)}

    assert (found["conversations"].keep_days, found["conversations"].is_default) == (30, False)
    assert (found["people"].keep_days, found["people"].is_default) == (None, False)
    assert found["audit"].is_default
    changed = ("lifecycle:retention:change", "done")
    assert await actions(provisioner, context.tenant_id) == [changed, changed]


@pytest.mark.parametrize(
    ("data_class", "keep_days", "words"),
    [
        ("documents", 30, "can be set for conversations, people and audit"),
        ("people'; drop table person; --", 30, "can be set for"),
        ("", 30, "can be set for"),
        ("people", 0, "1 to 36500 whole days"),
        ("people", -1, "whole days"),
        ("people", 36_501, "whole days"),
        ("people", True, "whole days"),
        ("people", 1.5, "whole days"),
        ("people", "30", "whole days"),
    ],
)
async def test_what_cannot_be_meant_is_refused_in_words(
    provisioner, context, keep, data_class, keep_days, words
):
    with pytest.raises(Invalid, match=words):
        await keep(data_class, keep_days)

    assert await actions(provisioner, context.tenant_id) == []


async def test_conversations_go_when_their_time_is_over(provisioner, context, keep, enforce):
    await say(context, "old", 31)
    await say(context, "new", 29)
    await keep("conversations", 30)

    assert await enforce() == {"conversations": 3}
    assert await kept(context) == {
        "threads": ["new"],
        "turns": ["new"],
        "messages": ["new"],
        "people": [],
    }
    assert ("lifecycle:data:prune", "done") in await actions(provisioner, context.tenant_id)


async def test_where_nothing_is_too_old_nothing_is_audited(provisioner, context, enforce):
    await say(context, "new", 1)

    assert await enforce() == {}
    assert await actions(provisioner, context.tenant_id) == []


async def test_for_ever_is_for_ever(context, keep, enforce):
    await say(context, "old", 5000)
    await keep("conversations", None)

    assert await enforce() == {}
    assert (await kept(context))["turns"] == ["old"]


async def test_a_thread_that_goes_on_keeps_its_younger_turns(context, keep, enforce):
    await say(context, "thread", 400)
    async with context.db.transaction() as tx:
        await tx.execute(
            "insert into turn (turn_id, conversation_id, event_key, person_id, agent, question)"
            " select 'young', id, 'young', 'U1', 'nora', 'and now?' from conversation"
        )

    assert await enforce() == {"conversations": 2}
    assert (await kept(context))["threads"] == ["thread"]
    assert (await kept(context))["turns"] == ["young"]


@pytest.mark.parametrize(("waiting", "deleted"), [(True, {}), (False, {"conversations": 3})])
async def test_a_live_answer_is_left_alone_and_one_that_was_given_up_is_not(
    context, keep, enforce, waiting, deleted
):
    await say(context, "live", 3, state="open")
    if waiting:
        await wait_in_inbox(context, 4)
    await keep("conversations", 2)

    assert await enforce() == deleted


async def test_people_who_are_not_seen_any_more_are_forgotten(context, keep, enforce):
    async with context.db.transaction() as tx:
        await tx.execute(
            "insert into person (person_id, standing, checked_at) values"
            " ('UOLD', 'member', now() - interval '91 days'), ('UNEW', 'member', now())"
        )

    assert await enforce() == {"people": 1}
    assert (await kept(context))["people"] == ["UNEW"]


async def test_more_than_a_batch_goes_in_one_run(context, keep, enforce, monkeypatch):
    monkeypatch.setattr("core.lifecycle.retention.BATCH", 2)
    for number in range(5):
        await say(context, f"old{number}", 400)

    assert await enforce() == {"conversations": 15}
    assert (await kept(context))["threads"] == []


async def test_the_audit_log_is_cut_at_a_checkpoint_and_says_so(
    database, provisioner, context, enforce
):
    async with as_admin(provisioner) as admin:
        # As the owner, who alone can name a time: a log that began three years ago.
        await admin.execute(
            f"insert into tenant_{context.tenant_id}.audit_event"
            " (at, action, actor, outcome, reference)"
            " select now() - interval '3 years', 'tenancy:token:exchange', 'U1', 'done', n::text"
            " from generate_series(1, 4) n"
        )
    assert await enforce() == {}, "no checkpoint to cut at"
    await sign_checkpoints(database, SIGNER, lambda line: None)

    assert await enforce() == {"audit": 4}
    assert await actions(provisioner, context.tenant_id) == [("audit:log:cut", "done")]
    assert await enforce() == {}


async def step(context, key: str, days_ago: int, state: str = "done") -> None:
    async with context.db.transaction() as tx:
        await tx.execute(
            "insert into turn_step (step_id, turn_id, kind, name, agent, person_id, state, shown,"
            " cost_micros, begun_at) values ($1, 't1', 'model', 'm', 'nora', 'U1', $2, 'why?', 7,"
            " now() - make_interval(days => $3))",
            *(key, state, days_ago),
        )


async def test_what_a_model_was_shown_goes_and_what_it_cost_stays_for_the_month(
    context, keep, enforce
):
    for key, days_ago, state in (
        ("new", 1, "done"),
        ("old", 40, "done"),
        ("older", 70, "done"),
        ("asks", 70, "waiting"),
    ):
        await step(context, key, days_ago, state)
    await keep("conversations", 30)

    await enforce()

    async with context.db.transaction() as tx:
        rows = await tx.fetch("select step_id, shown, cost_micros from turn_step order by id")
    assert [(row["step_id"], row["shown"], row["cost_micros"]) for row in rows] == [
        *(("new", "why?", 7), ("old", "", 7), ("asks", "why?", 7)),
    ]
