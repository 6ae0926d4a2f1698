"""A long thread: what was said last is remembered word for word, how it began in short."""

import json

import asyncpg
import pytest
from aiohttp import web

from core.conversations import store
from core.conversations.threads.compact_thread import BATCH, WORD_FOR_WORD, compact_thread
from core.gateway.answer import Gateway
from core.gateway.model import Delta, Finished, Usage
from core.gateway.providers.offline.offline import Offline
from core.gateway.usage.ledger import Ledger
from core.gateway.usage.model import Limit
from core.gateway.usage.set_budget import set_budget
from core.lifecycle.retention import enforce_retention, set_retention
from core.tenancy.model import Person
from tests.integration.worker.queueing import until, until_drained
from tests.scenario.test_providers import vendor

ASK = '- {{workspace: northwind, person: ana, in: dm, say: "{0}"{1}}}'
MINUTES = "Ana asked about codewords one to three."


def said(text):
    async def streams(request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        words = text if "response_format" in asked else "So it is."
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for choice in ({"delta": {"content": words}}, {"delta": {}, "finish_reason": "stop"}):
            body = {"choices": [{"index": 0, **choice}]}
            await response.write(f"data: {json.dumps(body)}\n\n".encode())
        await response.write(b"data: [DONE]\n\n")
        return response

    return streams


async def talk(stage, turns):
    """So many turns of one thread, all but the first and the last of them long ago; the last one is
    asked and answered."""
    tenant = stage.tenants["northwind"]
    await stage.play(ASK.format("Is word-1 a codeword?", ""))
    async with tenant.db.transaction() as tx:
        await tx.execute(
            "insert into turn (turn_id, conversation_id, event_key, person_id, agent, question,"
            " answer, state, asked_at, finished_at)"
            " select 'turn-' || n, t.conversation_id, 'event-' || n, t.person_id, t.agent,"
            " format('Is word-%s a codeword?', n), 'So it is.', 'done', now(), now()"
            " from turn t, generate_series(2, $1::int) n order by n",
            turns - 1,
        )
    await ask_next(stage)
    await until_drained(stage.product.services.database, tenant)


async def ask_next(stage):
    async with stage.tenants["northwind"].db.transaction() as tx:
        thread = await tx.fetchval("select thread_ts from conversation")
    await stage.play(ASK.format("And what is the codeword?", f', thread: "{thread}"'))


async def summary_of(stage):
    async with stage.tenants["northwind"].db.transaction() as tx:
        return dict(await tx.fetchrow("select summary, summarized_to from conversation"))


async def is_in_short(stage):
    """It is put in short after the answer: nobody waits for it."""
    return (await summary_of(stage))["summarized_to"] > 0


@pytest.fixture
async def talked(stage_with):
    """A thread of just as many turns as bring the first summary, and one question more."""
    async with vendor(said(json.dumps({"summary": MINUTES}))) as (url, received):
        model = {"openai_compatible_base_url": url, "openai_compatible_model": "test-model"}
        async with stage_with(settings=model) as stage:
            await talk(stage, WORD_FOR_WORD + BATCH)
            await until(lambda: is_in_short(stage))
            await ask_next(stage)
            yield stage, received


async def test_how_it_began_is_put_in_short_and_the_next_question_goes_with_it(talked):
    stage, received = talked

    kept = await summary_of(stage)
    [made] = [asked for asked in received if "response_format" in asked]
    last = json.dumps(received[-1]["messages"])
    assert kept["summary"] == MINUTES
    assert [f"word-{number} " in json.dumps(made["messages"]) for number in range(1, 5)] == [
        True,
        True,
        True,
        False,
    ]
    assert MINUTES in last
    assert "word-1 " not in last
    assert "word-4 " in last


async def test_it_goes_when_the_first_of_its_turns_is_deleted(talked, provisioner):
    stage, _ = talked
    tenant = stage.tenants["northwind"]
    async with tenant.db.transaction() as tx:
        await tx.execute(
            "update turn set asked_at = asked_at - interval '40 days'"
            " where id = (select min(id) from turn)"
        )
    before = await summary_of(stage)
    await set_retention(tenant, "conversations", 30, actor="UOWNER", reference="test")
    await enforce_retention(tenant, provisioner, stage.product.storage.signer)

    assert before["summary"]
    assert await summary_of(stage) == {**before, "summary": ""}


@pytest.mark.parametrize("words", ["no json", '{"summary": "  "}', '{"summary": 3}', '["summary"]'])
async def test_what_has_not_the_form_changes_nothing_and_the_answer_stands(stage_with, words):
    async with vendor(said(words)) as (url, _):
        model = {"openai_compatible_base_url": url, "openai_compatible_model": "test-model"}
        async with stage_with(settings=model) as stage:
            await talk(stage, WORD_FOR_WORD + BATCH)
            async with stage.tenants["northwind"].db.transaction() as tx:
                states = await tx.fetch("select state from turn")

            assert await summary_of(stage) == {"summary": "", "summarized_to": 0}
    assert {row["state"] for row in states} == {"done"}


async def test_the_offline_model_leaves_a_thread_as_it_is(stage):
    await talk(stage, WORD_FOR_WORD + BATCH)

    assert await summary_of(stage) == {"summary": "", "summarized_to": 0}


class Minutes:
    """A provider of ours: not the gateway's code, so it may be made up."""

    name, model = "scripted", "m"

    async def stream(self, prompt):
        yield Delta(json.dumps({"summary": MINUTES}))
        yield Finished(self.model, self.name, Usage(1, 1))


async def test_nobody_hears_it_so_it_takes_no_warning_of_a_budget_away(stage):
    context = stage.tenants["northwind"]
    await talk(stage, WORD_FOR_WORD + BATCH)
    async with context.db.transaction() as tx:
        row = await tx.fetchrow("select turn_id, event_key from turn order by id desc limit 1")
        turn = await store.take_turn(tx, row["event_key"])
        await tx.execute("update turn_step set input_tokens = 300, output_tokens = 0")
    owner, budget = Person("UOLGA", "owner"), Limit("tenant", "tokens", "day", 1_000)
    await set_budget(context, budget, person=owner, reference="r1")
    told = []

    async def tell(tenant_id, words, key):
        told.append(words)

    gateway = Gateway([Minutes()], ledger=Ledger(tell_owner=tell))

    assert await compact_thread(context, gateway, turn, person_id="UANA")
    async with context.db.transaction() as tx:
        details = await tx.fetch("select detail from turn_step where kind = 'model' order by id")
    assert json.loads(details[-1]["detail"])["provider"] == "scripted"
    assert not any(json.loads(row["detail"]).get("warned") for row in details)
    assert told == []


@pytest.mark.parametrize("trouble", [OSError, asyncpg.InterfaceError], ids=["files", "database"])
async def test_whatever_goes_wrong_on_the_way_the_turn_is_over(stage, trouble):
    """Its event is done: nothing of it is tried again, and the mailbox does not rest for it."""
    context = stage.tenants["northwind"]
    await talk(stage, WORD_FOR_WORD + BATCH)
    async with context.db.transaction() as tx:
        row = await tx.fetchrow("select turn_id, event_key from turn order by id desc limit 1")
        turn = await store.take_turn(tx, row["event_key"])

    class Broken(Offline):
        async def stream(self, prompt):
            raise trouble("broken")
            yield

    assert not await compact_thread(context, Gateway([Broken()]), turn, person_id="UANA")
