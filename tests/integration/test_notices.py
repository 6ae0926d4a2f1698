"""Who is told of trouble, and how often: an owner, in a direct message, once for each key."""

import asyncio
import json
import os

import pytest

from core.conversations import store
from core.conversations.model import Place, Question
from core.conversations.notices.tell_owner import TASK, tell_owner
from core.jobs.model import InboxEvent
from core.kernel.errors import Postponed
from core.kernel.secret import Secret
from core.tenancy.install_workspace import Grant, keep_token
from core.tenancy.model import Person
from core.tenancy.store import put_person
from handlers.giving_up import give_up, tell_of_it
from handlers.workspace.owner_notice import OLDEST_SECONDS, send_owner_notice
from tests.integration.lifecycle import as_admin
from tests.integration.worker.queueing import until_drained

WORDS = "Something is wrong."


@pytest.fixture
async def idle(stage_with):
    async with stage_with(works=False) as stage:
        yield stage


def told(stage, person, company="northwind"):
    """What the app has said to a person in their direct message."""
    workspace = stage.sandbox.world.find_workspace(company)
    messages = workspace.direct_message(stage.person_id(person)).messages.values()
    return [message.text for message in messages if message.bot_id]


async def installed_by(stage, person_id, company="northwind"):
    async with stage.tenants[company].db.transaction() as tx:
        await tx.execute("update oauth_tokens set installed_by = $1", person_id)


async def telling(stage, key, company="northwind"):
    database = stage.product.services.database
    await tell_owner(database, stage.tenants[company].tenant_id, WORDS, key=key)


async def drained(stage, company="northwind"):
    await until_drained(stage.product.services.database, stage.tenants[company])


async def test_whoever_installed_it_is_told_once_for_each_key(stage):
    await installed_by(stage, stage.person_id("ben"))

    for key in ("a", "a", "b"):
        await telling(stage, key)
        await drained(stage)

    assert told(stage, "ben") == [WORDS, WORDS]
    assert told(stage, "ana") == []


async def test_two_who_tell_at_once_say_it_once(stage):
    await installed_by(stage, stage.person_id("ana"))

    await asyncio.gather(*(telling(stage, "a") for _ in range(8)))
    await drained(stage)

    assert told(stage, "ana") == [WORDS]


async def test_where_nobody_is_known_nobody_is_told(stage, caplog):
    await installed_by(stage, "operator")

    await telling(stage, "a")
    await drained(stage)

    assert [record.notice for record in caplog.records if "no owner" in record.message] == ["a"]


async def test_an_installer_who_has_left_is_passed_over_for_a_known_owner(stage):
    ana, ben = stage.person_id("ana"), stage.person_id("ben")
    await installed_by(stage, ben)
    async with stage.tenants["northwind"].db.transaction() as tx:
        for person, standing in ((ben, "gone"), (ana, "owner")):
            await tx.execute(
                "insert into person (person_id, standing) values ($1, $2)", person, standing
            )

    await telling(stage, "a")
    await drained(stage)

    assert told(stage, "ana") == [WORDS]
    assert told(stage, "ben") == []


async def as_task(stage, key, age_seconds=0.0):
    """The notice as a worker is given it."""
    await telling(stage, key)
    async with stage.tenants["northwind"].db.transaction() as tx:
        row = await tx.fetchrow(
            "select id, payload from inbox_event where event_id = $1", f"task:{TASK}:{key}"
        )
    return InboxEvent(row["id"], f"task:{TASK}:{key}", "task", row["payload"], 0, age_seconds)


async def test_a_notice_whose_worker_died_after_the_post_is_closed_by_the_next_and_not_repeated(
    idle,
):
    services, context = idle.product.services, idle.tenants["northwind"]
    await installed_by(idle, idle.person_id("ana"))
    task = await as_task(idle, "a")
    idle.sandbox.world.faults.lost_answers = 1.0
    with pytest.raises(Postponed):
        await send_owner_notice(services, context, task)
    idle.sandbox.world.faults.lost_answers = 0.0
    await send_owner_notice(services, context, task)

    async with context.db.transaction() as tx:
        state = await tx.fetchval("select state from outbox_message where key = 'notice:a'")
        closed = await tx.fetchval("select state from inbox_event where id = $1", task.id)
    assert told(idle, "ana") == [WORDS]
    assert (state, closed) == ("sent", "done")


async def test_a_notice_that_is_a_day_late_is_left_unsaid(idle):
    await installed_by(idle, idle.person_id("ana"))
    task = await as_task(idle, "a", age_seconds=OLDEST_SECONDS + 1)

    await send_owner_notice(idle.product.services, idle.tenants["northwind"], task)

    assert told(idle, "ana") == []


async def test_what_is_given_up_is_told_to_its_person_and_once_an_hour_to_an_owner(stage):
    context, ben = stage.tenants["northwind"], stage.person_id("ben")
    await installed_by(stage, stage.person_id("ana"))
    channel = stage.sandbox.world.find_workspace("northwind").direct_message(ben).id
    for number in (1, 2):
        ts = f"170000000{number}.000001"
        place = Place("TNORTHWIND", channel, ts, ben, True)
        asked = Question(number, f"{channel}:{ts}", place, "Why?")
        async with context.db.transaction() as tx:
            conversation = await store.open_conversation(tx, asked, "people")
            await store.open_turn(tx, f"turn{number}", conversation, asked, "people", "Why?")
        inner = {"type": "message", "channel_type": "im", "channel": channel, "ts": ts, "user": ben}
        event = InboxEvent(number, f"Ev{number}", "event", json.dumps({"event": inner}), 5)
        for _ in range(2):  # a worker may die between the telling and the setting aside
            await give_up(stage.product.services, context, event, f"ref{number}")
            await tell_of_it(stage.product.services, context, f"ref{number}")
    await drained(stage)

    async with context.db.transaction() as tx:
        states = [row["state"] for row in await tx.fetch("select state from turn order by id")]
    assert states == ["failed", "failed"]
    assert [text for text in told(stage, "ben") if "ref1" in text or "ref2" in text]
    assert len(told(stage, "ben")) == 2
    [owners_word] = told(stage, "ana")
    assert "`ref1`" in owners_word


async def test_in_an_organizations_workspace_its_own_people_come_before_the_organizations_installer(
    stage, provisioner
):
    """Nobody is known here yet, and no token is the workspace's own: the last resort is told."""
    database, tenant = stage.product.services.database, stage.tenants["northwind"].tenant_id
    whole = await provisioner.organization_for("E" + os.urandom(5).hex().upper())
    grant = Grant("E0", Secret("xoxb-1"), "U1", installed_by=stage.person_id("ben"))
    await keep_token(database, await database.tenant(whole), grant)
    async with as_admin(provisioner) as admin:
        await admin.execute(
            "update control.workspace set organization_id = $1 where tenant_id = $2", whole, tenant
        )

    await telling(stage, "a")
    await drained(stage)
    assert told(stage, "ben") == [WORDS]

    async with stage.tenants["northwind"].db.transaction() as tx:
        await put_person(tx, Person(stage.person_id("ana"), "owner"))
    await telling(stage, "b")
    await drained(stage)
    assert (told(stage, "ana"), told(stage, "ben")) == ([WORDS], [WORDS])
