"""A worker that was stopped for longer than its lease wakes up in the middle of its answer: another
one has answered meanwhile, and what stands in the record and in Slack is the other's."""

import asyncio

import aiohttp
import pytest

from core.conversations import store
from core.conversations.model import Place, Question
from core.conversations.turns.parts import Overtaken, RecordedParts, parts_prefix
from core.conversations.turns.run_turn import run_turn
from tests.scenario.test_recovery import HANDBOOK, in_thread, until
from tests.scenario.test_unknown_results import ASKED, say


@pytest.fixture
async def slow(stage_with):
    async with stage_with(works=False, words_per_s=20) as stage:
        await stage.add_document("northwind", "Hooks.md", HANDBOOK)
        yield stage


async def ask(stage, http):
    channel, asked = await say(http, ASKED)
    context = stage.tenants["northwind"]
    team = await stage.product.services.workspaces.team_of(context.tenant_id)
    place = Place(team, channel, asked, stage.person_id("ana"), True, asked)
    return context, Question(0, f"{channel}:{asked}", place, ASKED)


async def turn_of(context):
    async with context.db.transaction() as tx:
        return await tx.fetchrow("select turn_id, answer, state from turn")


async def test_what_the_other_one_answered_stands(slow):
    async with aiohttp.ClientSession(slow.sandbox.url) as http:
        context, question = await ask(slow, http)

        async def half_said():
            return [m for m in await in_thread(http) if m["streaming"]]

        waking = asyncio.create_task(run_turn(context, slow.product.services.staff, question))
        await until(half_said)
        turn = await turn_of(context)
        async with context.db.transaction() as tx:
            assert await store.keep_answer(tx, turn["turn_id"], "The other's.", (), "offline")
            await store.close_turn(tx, turn["turn_id"], "done")
            await store.mark_parts_sent(tx, parts_prefix(turn["turn_id"]))

        with pytest.raises(Overtaken):
            await waking

    after = await turn_of(context)
    async with context.db.transaction() as tx:
        states = await tx.fetch("select distinct state from outbox_message")
        parts = await RecordedParts.load(context, parts_prefix(turn["turn_id"]), question.place)
    assert (after["answer"], after["state"]) == ("The other's.", "done")
    assert [row["state"] for row in states] == ["sent"]
    with pytest.raises(Overtaken):
        await parts.opening()
