"""Who is told of trouble, and how often: an owner, in a direct message, once for each key."""

import asyncio
import json

import pytest

from core.conversations import store
from core.conversations.model import Place, Question
from core.conversations.notices.tell_owner import tell_owner
from core.jobs.model import InboxEvent
from handlers.giving_up import give_up

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


def telling(stage, key, company="northwind"):
    messenger = stage.product.services.staff.messenger
    return tell_owner(stage.tenants[company], messenger, WORDS, key=key)


async def test_whoever_installed_it_is_told_once_for_each_key(idle):
    await installed_by(idle, idle.person_id("ben"))

    answers = [await telling(idle, key) for key in ("a", "a", "b")]

    assert answers == [True, True, True]
    assert told(idle, "ben") == [WORDS, WORDS]
    assert told(idle, "ana") == []


async def test_two_who_tell_at_once_say_it_once(idle):
    await installed_by(idle, idle.person_id("ana"))

    await asyncio.gather(*(telling(idle, "a") for _ in range(8)))

    assert told(idle, "ana") == [WORDS]


async def test_where_nobody_is_known_nobody_is_told(idle):
    await installed_by(idle, "operator")

    assert await telling(idle, "a") is False


async def test_an_installer_who_has_left_is_passed_over_for_a_known_owner(idle):
    ana, ben = idle.person_id("ana"), idle.person_id("ben")
    await installed_by(idle, ben)
    async with idle.tenants["northwind"].db.transaction() as tx:
        for person, standing in ((ben, "gone"), (ana, "owner")):
            await tx.execute(
                "insert into person (person_id, standing) values ($1, $2)", person, standing
            )

    assert await telling(idle, "a") is True
    assert told(idle, "ana") == [WORDS]
    assert told(idle, "ben") == []


async def test_what_is_given_up_is_told_to_its_person_and_once_an_hour_to_an_owner(idle):
    context, ben = idle.tenants["northwind"], idle.person_id("ben")
    await installed_by(idle, idle.person_id("ana"))
    channel = idle.sandbox.world.find_workspace("northwind").direct_message(ben).id
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
            await give_up(idle.product.services, context, event, f"ref{number}")

    async with context.db.transaction() as tx:
        states = [row["state"] for row in await tx.fetch("select state from turn order by id")]
    assert states == ["failed", "failed"]
    assert [text for text in told(idle, "ben") if "ref1" in text or "ref2" in text]
    assert len(told(idle, "ben")) == 2
    [owners_word] = told(idle, "ana")
    assert "`ref1`" in owners_word
