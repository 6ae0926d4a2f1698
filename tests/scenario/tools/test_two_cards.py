"""A model wants two things at once: each has a card, and each yes is carried out when it is given. The
turn goes on when both are settled, and its words say of each what became of it."""

import asyncio
import json
from contextlib import suppress

import aiohttp
import pytest

from bot.slack.messenger import SlackMessenger
from core.agents.changes.switch_agent import switch_agent
from core.conversations.approvals import carry_out as carrying
from core.conversations.approvals.look_after import look_after_approvals
from core.conversations.tools import writing
from core.conversations.turns import run_turn as turns
from core.kernel.errors import Overtaken, Postponed
from tests.integration.delivery.asked import ask, words
from tests.scenario.test_providers import vendor
from tests.scenario.tools.obedient import streamed
from tests.scenario.tools.test_resumed_durably import Stop, press, work

ALL_SET = "All set."


def saving(number):
    arguments = json.dumps({"title": f"Plan{number}", "text": f"Text {number}."})
    function = {"name": "save_to_knowledge", "arguments": arguments}
    return {"index": number, "id": f"call{number}", "type": "function", "function": function}


async def wants_two(request):
    messages = (await request.json())["messages"]
    if any(message.get("tool_calls") for message in messages):
        return await streamed(request, {"content": ALL_SET}, "stop")
    return await streamed(request, {"tool_calls": [saving(0), saving(1)]}, "tool_calls")


@pytest.fixture
async def asked(stage_with):
    """Two cards wait for Ana's yes. `asked.received` is what the model was sent."""
    async with vendor(wants_two) as (url, received):
        model = {"openai_compatible_base_url": url, "openai_compatible_model": "eager"}
        async with (
            stage_with(settings=model, works=False) as stage,
            aiohttp.ClientSession(stage.sandbox.url) as http,
        ):
            asked = await ask(stage, http, text="Please save two things")
            asked.received = received
            await asked.run()
            assert await outcome(asked) == ([], ["waiting", "waiting"], "waiting")
            yield asked
            await asked.forget_mail()


async def outcome(asked):
    """(documents, states of the calls, state of the turn)."""
    async with asked.context.db.transaction() as tx:
        titles = await tx.fetch("select title from document order by title")
        states = await tx.fetch("select state from turn_step where kind = 'tool' order by id")
    return (
        [row["title"] for row in titles],
        [row["state"] for row in states],
        (await asked.turn())[0],
    )


async def cards(asked):
    """What the two cards say, in their order."""
    said = [str(message) for message in await asked.said()]
    return [
        next(m for m in said if f"the title Plan{number}" in m and "for <@" in m)
        for number in (0, 1)
    ]


async def told(asked):
    return "\n".join(map(words, await asked.said()))


async def let_expire(asked):
    """The time of what waits is over, and somebody looks."""
    services = asked.stage.product.services
    async with asked.context.db.transaction() as tx:
        await tx.execute(
            "update turn_step set begun_at = now() - interval '2 days',"
            " expires_at = now() - interval '1 hour' where kind = 'tool'"
        )
    tenant = asked.context.tenant_id
    await look_after_approvals(services.database, services.staff.messenger, [tenant])
    await work(asked)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)])
async def test_each_yes_is_carried_out_when_it_is_given(asked, first, second):
    await press(asked, first, delivery="action:1")
    await work(asked)

    titles, states, turn = await outcome(asked)
    assert (titles, states[first], states[second], turn) == (
        [f"Plan{first}"],
        "done",
        "waiting",
        "waiting",
    )
    shown = await cards(asked)
    assert "Done." in shown[first]
    assert "actions" in shown[second]
    assert len(asked.received) == 1  # nobody has asked the model
    assert ALL_SET not in await told(asked)

    await press(asked, second, delivery="action:2")
    await work(asked)

    assert await outcome(asked) == (["Plan0", "Plan1"], ["done", "done"], "done")
    assert all("Done." in card for card in await cards(asked))
    assert (await told(asked)).count(ALL_SET) == 1


async def test_one_yes_and_one_that_nobody_gives_in_time(asked):
    await press(asked, 1)
    await work(asked)
    await let_expire(asked)

    assert await outcome(asked) == (["Plan1"], ["expired", "done"], "done")
    answer = (await asked.turn())[1]
    assert "Nobody said yes in time to “Save for everyone, under the title Plan0”" in answer
    assert "Plan1" not in answer
    assert ALL_SET in answer
    never, done = await cards(asked)
    assert "Nobody said yes in time. Nothing was done." in never
    assert "Done." in done


async def test_two_that_nobody_answers_end_in_words_about_both(asked):
    await let_expire(asked)

    assert await outcome(asked) == ([], ["expired", "expired"], "done")
    assert "nothing of this was done" in (await asked.turn())[1]
    assert len(asked.received) == 1


@pytest.mark.parametrize("yes_first", [True, False])
async def test_one_yes_and_one_no(asked, yes_first):
    presses = [(1, True), (0, False)] if yes_first else [(0, False), (1, True)]
    for number, approves in presses:
        await press(asked, number, approves=approves, delivery=f"action:{number}")
        await work(asked)

    assert await outcome(asked) == (["Plan1"], ["declined", "done"], "done")
    no, yes = await cards(asked)
    assert "Declined by" in no
    assert "Done." in yes
    assert (await told(asked)).count(ALL_SET) == 1


PLACES = {
    "before it is carried out": (turns, "carry_out", {}),
    "before the call": (writing, "ingest_document", {}),
    "between the call and its record": (writing, "ingest_document", {"after": True}),
    "before the card says done": (SlackMessenger, "update", {"says": "Done."}),
    "after the cards were told": (carrying, "show_outcome", {"after": True}),
    "before the task is over": (turns, "_complete", {}),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
async def test_whoever_goes_on_does_it_once(asked, monkeypatch, place):
    owner, name, how = place
    stop = Stop()
    stop.put(monkeypatch, owner, name, **how)

    async def first():
        await press(asked, 1)
        await work(asked)

    stopped = asyncio.create_task(first())
    await stop.reached.wait()
    await press(asked, 1)
    await work(asked)

    assert await outcome(asked) == (["Plan1"], ["waiting", "done"], "waiting")
    assert "Done." in (await cards(asked))[1]
    stop.go_on.set()
    with suppress(Overtaken, Postponed):
        await stopped
    await press(asked, 0, delivery="action:2")
    await work(asked)

    assert await outcome(asked) == (["Plan0", "Plan1"], ["done", "done"], "done")
    assert all("Done." in card for card in await cards(asked))
    assert (await told(asked)).count(ALL_SET) == 1


async def test_an_agent_that_is_off_carries_nothing_out_and_waits_for_nothing(asked):
    await press(asked, 1)
    async with asked.context.db.transaction() as tx:
        agent = await tx.fetchval("select agent from turn")
    await switch_agent(asked.context, agent, on=False, actor="UBOSS", reference="off")

    await work(asked)

    assert await outcome(asked) == ([], ["failed", "failed"], "done")
    assert all("Not done: The answer ended before" in card for card in await cards(asked))
    assert "I need a yes for this" in await told(asked)  # what was said before stays
