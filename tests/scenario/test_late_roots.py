"""Slack keeps no order: the question that opens a thread may come after what was said next in it."""

import asyncio

import aiohttp
import pytest

from core.jobs import store as jobs
from tests.integration.worker.queueing import until_drained
from tests.scenario.test_recovery import HANDBOOK, until

WHERE = {"workspace": "northwind", "person": "ana", "in": "#general"}


@pytest.fixture
async def stage(stage_with):
    """An app whose first delivery fails is asked again after half a second."""
    async with stage_with(retry_after_s=(0.5,)) as opened:
        await opened.add_document("northwind", "Hooks.md", HANDBOOK)
        yield opened


async def say(http, text, thread=None):
    body = WHERE | {"text": text} | ({"thread": thread} if thread else {})
    async with http.post("/sandbox/say", json=body) as answer:
        assert answer.status == 200
        return (await answer.json())["ts"]


async def answers(http, thread):
    query = "/sandbox/messages?workspace=northwind&person=ana&channel=%23general"
    async with http.get(query) as answer:
        found = (await answer.json())["messages"]
    ours = [m for m in found if m.get("bot_id") and m.get("thread_ts") == thread]
    return [m for m in ours if not m["streaming"]]


async def overheard(stage):
    async with stage.tenants["northwind"].db.transaction() as tx:
        return await tx.fetchval("select count(*) from inbox_event where reason = 'overheard'")


async def test_a_reply_that_comes_before_its_question_is_answered_after_it(stage):
    bot = stage.sandbox.world.find_workspace("northwind").bot_user_id
    async with aiohttp.ClientSession(stage.sandbox.url) as http:
        stage.sandbox.faults.unreachable = True
        root = await say(http, f"<@{bot}> On which hook does bicycle number 3 hang?")
        await asyncio.sleep(0)
        stage.sandbox.faults.unreachable = False
        await say(http, "And on which hook does bicycle number 5 hang?", root)
        await until(lambda: overheard(stage), 5)

        async def both():
            found = await answers(http, root)
            return found if len(found) == 2 else None

        first, second = await until(both, 20)

    assert "Rule 3" in str(first)
    assert "Rule 5" in str(second)
    assert await overheard(stage) == 0


async def test_what_people_said_to_each_other_before_a_mention_is_not_answered(stage):
    """ADR 14: in a thread that is not ours nobody reads along, and no mention changes that later."""
    bot = stage.sandbox.world.find_workspace("northwind").bot_user_id
    async with aiohttp.ClientSession(stage.sandbox.url) as http:
        root = await say(http, "Who knows the workshop?")
        await say(http, "Ben, on which hook does bicycle number 3 hang?", root)
        await until(lambda: overheard(stage), 10)
        await say(http, f"<@{bot}> On which hook does bicycle number 5 hang?", root)
        await until(lambda: answers(http, root), 20)
        await until_drained(stage.product.services.database, stage.tenants["northwind"])
        [answer] = await answers(http, root)

    assert "Rule 5" in str(answer)
    assert await overheard(stage) == 1


async def test_what_was_said_before_a_mention_is_not_answered_when_it_comes_after_it(stage):
    bot = stage.sandbox.world.find_workspace("northwind").bot_user_id
    async with aiohttp.ClientSession(stage.sandbox.url) as http:
        root = await say(http, "Who knows the workshop?")
        stage.sandbox.faults.unreachable = True
        await say(http, "Ben, on which hook does bicycle number 3 hang?", root)
        await asyncio.sleep(0)
        stage.sandbox.faults.unreachable = False
        await say(http, f"<@{bot}> On which hook does bicycle number 5 hang?", root)
        await until(lambda: overheard(stage), 10)
        await until_drained(stage.product.services.database, stage.tenants["northwind"])
        [answer] = await answers(http, root)

    assert "Rule 5" in str(answer)


async def test_what_follows_the_first_of_two_mentions_is_answered_although_that_comes_last(stage):
    bot = stage.sandbox.world.find_workspace("northwind").bot_user_id
    async with aiohttp.ClientSession(stage.sandbox.url) as http:
        root = await say(http, "Who knows the workshop?")
        stage.sandbox.faults.unreachable = True
        await say(http, f"<@{bot}> On which hook does bicycle number 3 hang?", root)
        await asyncio.sleep(0)
        stage.sandbox.faults.unreachable = False
        # The NUL: what people write is nothing that a statement could stumble over.
        await say(http, "And on which hook\0 does bicycle number 5 hang?", root)
        await say(http, f"<@{bot}> On which hook does bicycle number 7 hang?", root)

        async def all_three():
            found = await answers(http, root)
            return found if len(found) == 3 else None

        said = str(await until(all_three, 20))

    assert all(f"Rule {number}" in said for number in (3, 5, 7))


async def test_talk_in_a_thread_of_others_stays_unanswered_and_its_words_go(stage):
    async with aiohttp.ClientSession(stage.sandbox.url) as http:
        root = await say(http, "Who has the key of the store room?")
        await say(http, "Ben has it, I think.", root)
        await until(lambda: overheard(stage), 5)
        seen = await answers(http, root)
    async with stage.tenants["northwind"].db.transaction() as tx:
        await tx.execute(
            "update inbox_event set finished_at = now() - interval '2 hours' "
            "where reason = 'overheard'"
        )
        await jobs.forget_overheard(tx)
        left = await tx.fetchval("select count(*) from inbox_event where payload <> ''")

    assert seen == []
    assert left == 0
