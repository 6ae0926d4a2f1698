"""“Answer me privately” answers the very question: with what it was about, and what was said before."""

from core.conversations.threads.store import Recalled, recall_before
from handlers.blocks.answers.asking import ASK_ABOUT, ASK_FORM
from tests.integration.worker.queueing import until, until_drained
from tests.scenario.agents.forms import filled_in
from tests.scenario.agents.seen import channel_of, direct_of, messages_in, read_in

RANDOM = {"in": "#random"}


async def until_answered(stage, key):
    tenant = stage.tenants["northwind"]

    async def is_done():
        async with tenant.db.transaction() as tx:
            found = "select true from turn where event_key = $1 and state = 'done'"
            return await tx.fetchval(found, key)

    await until(is_done)
    await until_drained(stage.product.services.database, tenant)


async def ask(stage, person, text, thread=None):
    more = {"thread": thread} if thread else {}
    said = await person("say", "ben", text=f"@AEGIS {text}", **RANDOM, **more)
    await until_answered(stage, f"{channel_of(stage, 'random').id}:{said['ts']}")
    return said["ts"]


async def answered_alone(stage, person):
    """What ben reads once he has pressed the newest card."""
    cards = [one for one in messages_in(stage, channel_of(stage, "random")) if one.ephemeral_to]
    await person("click", "ben", ts=cards[-1].ts, text="Answer me privately", **RANDOM)
    return "\n".join(read_in(stage, direct_of(stage, "ben")))


async def gaps_of(stage):
    async with stage.tenants["northwind"].db.transaction() as tx:
        return await tx.fetchval("select count(*) from turn where gap is not null")


async def test_a_follow_up_is_answered_as_one(furnished, person):
    first = await ask(furnished, person, "what is the bike stipend?")
    await ask(furnished, person, "and how often?", thread=first)

    assert "every three years" in await answered_alone(furnished, person)
    assert await gaps_of(furnished) == 0


async def test_what_was_asked_later_in_the_thread_was_not_said_before(furnished, person):
    first = await ask(furnished, person, "and how often?")
    await ask(furnished, person, "what is the bike stipend?", thread=first)
    tenant = furnished.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        turn = await tx.fetchval("select turn_id from turn order by id limit 1")
        recalled = await recall_before(tx, turn, 8)

    assert recalled == Recalled("", ())


async def test_a_question_about_a_message_is_answered_about_it(furnished, person):
    text = "The bike stipend is 900 euros every three years."
    said = await person("say", "gil", text=text, **RANDOM)
    await person("shortcut", "ben", callback_id=ASK_ABOUT, ts=said["ts"], **RANDOM)
    values = filled_in("is that right?", where="thread")
    await person("view", "ben", callback_id=ASK_FORM, values=values)

    assert "You can claim 900 euros" in await answered_alone(furnished, person)
    assert await gaps_of(furnished) == 0
