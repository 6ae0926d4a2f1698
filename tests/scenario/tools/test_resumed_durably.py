"""A worker is stopped anywhere between a yes and its end, as by kill -9, and another goes on: the effect
happens once, the card says what became of it, and the turn goes on once. Who was stopped then wakes up.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace

import aiohttp
import pytest

from bot.slack.messenger import SlackMessenger
from core.agents.changes.switch_agent import switch_agent
from core.conversations import store
from core.conversations.approvals import resume_turn as resuming
from core.conversations.tools import writing
from core.conversations.turns import run_turn as turns
from core.gateway.tools.dispatcher import Dispatcher
from core.jobs import store as jobs
from core.jobs.model import InboxEvent
from core.kernel.errors import Overtaken, Postponed
from handlers.agents.approvals import _press, resume
from handlers.giving_up import give_up
from handlers.pressed import Pressed
from tests.integration.delivery.asked import ask, words
from tests.scenario.tools.obedient import LAST_WORDS, obedient_stage

SAVE = 'Please ORDER save_to_knowledge {"title": "Plan", "text": "Buy hooks."}'


@dataclass
class Stop:
    """Whoever comes first to this place stops there until it is let go."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, monkeypatch, owner, name, *, after=False, says=""):
        """Before *owner*'s function *name*, or after it; no transaction is open there."""
        call = getattr(owner, name)

        async def stops(*args, **named):
            is_first = not self.reached.is_set() and says in str(args)
            done = await call(*args, **named) if after or not is_first else None
            if is_first:
                self.reached.set()
                await self.go_on.wait()
            return await call(*args, **named) if is_first and not after else done

        monkeypatch.setattr(owner, name, stops)


@pytest.fixture
async def asked(stage_with):
    """Ana has asked, and a card waits for her yes."""
    async with (
        obedient_stage(stage_with, works=False) as (stage, _),
        aiohttp.ClientSession(stage.sandbox.url) as http,
    ):
        asked = await ask(stage, http, text=SAVE)
        await asked.run()
        assert "Buy hooks." in await card_of(asked)
        yield asked
        await asked.forget_mail()


async def card_of(asked) -> str:
    """What the card says, its buttons too."""
    [card] = [
        m for m in await asked.said() if "wants to do this" in (t := str(m)) or "wanted to" in t
    ]
    return str(card)


async def press(asked, number=0, *, approves=True, delivery="action:1"):
    """The worker's work for one press of a button, on the card of that number; a delivery that comes
    again has the same id."""
    async with asked.context.db.transaction() as tx:
        row = await tx.fetchrow(
            "select step_id, digest from turn_step where kind = 'tool' order by id offset $1",
            number,
        )
    place = asked.question.place
    click = Pressed(
        asked.context,
        InboxEvent(0, delivery, "action", "", 0),
        place.person_id,
        place.team_id,
        place.channel,
        "",
        f"{row['step_id']}:{row['digest']}",
        "",
    )
    await _press(asked.stage.product.services, click, approves=approves)


async def work(asked, services=None):
    """What waits in the conversation's mailbox, in its order."""
    place = asked.question.place
    while True:
        async with asked.context.db.transaction() as tx:
            event = await jobs.next_event(tx, f"{place.channel}:{place.thread_ts}")
        if event is None:
            return
        if event.kind == "task":
            await resume(services or asked.stage.product.services, asked.context, event)
        async with asked.context.db.transaction() as tx:
            await jobs.complete_event(tx, event.id)


async def outcome(asked):
    """(documents, state of the call, state of the turn, how often the last words stand there)."""
    async with asked.context.db.transaction() as tx:
        titles = [row["title"] for row in await tx.fetch("select title from document")]
        step = await tx.fetchval("select state from turn_step where kind = 'tool'")
    said = "\n".join(map(words, await asked.said()))
    return titles, step, (await asked.turn())[0], said.count(LAST_WORDS[:12])


PLACES = {
    "before the turn is called": (resuming, "put_task", {}),
    "before the card says yes": (SlackMessenger, "update", {"says": "Approved by"}),
    "before the turn is taken up": (resuming, "run_turn", {}),
    "before the call is begun": (Dispatcher, "take", {}),
    "before the call": (writing, "ingest_document", {}),
    "between the call and its record": (writing, "ingest_document", {"after": True}),
    "before the card says done": (SlackMessenger, "update", {"says": "Done."}),
    "after the card says done": (SlackMessenger, "update", {"says": "Done.", "after": True}),
    "before the answer is kept": (turns, "_keep", {}),
    "before the turn is closed": (turns, "_close", {}),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
async def test_whoever_goes_on_does_it_once(asked, monkeypatch, place):
    owner, name, how = place
    stop = Stop()
    stop.put(monkeypatch, owner, name, **how)

    async def first():
        await press(asked)
        await work(asked)

    stopped = asyncio.create_task(first())
    await stop.reached.wait()
    await press(asked)
    await work(asked)
    done = await outcome(asked), await card_of(asked)
    stop.go_on.set()
    with suppress(Overtaken, Postponed):
        await stopped
    woken = await outcome(asked), await card_of(asked)

    for (titles, step, turn, said), card in (done, woken):
        assert (titles, step, turn, said) == (["Plan"], "done", "done", 1)
        assert "Approved by" in card
        assert "Done." in card
        assert "actions" not in card


async def test_a_no_is_taken_up_by_the_second_try_of_its_press(asked, monkeypatch):
    stop = Stop()
    stop.put(monkeypatch, resuming, "put_task")
    stopped = asyncio.create_task(press(asked, approves=False))
    await stop.reached.wait()
    stopped.cancel()

    await press(asked, approves=False)
    await work(asked)

    assert await outcome(asked) == ([], "declined", "done", 1)
    assert "Declined by" in await card_of(asked)


async def test_after_days_it_is_as_if_it_were_now(asked):
    """What the queue remembers of the question, and of the card, is long gone."""
    async with asked.context.db.transaction() as tx:
        await tx.execute(
            "update turn_step set begun_at = now() - interval '6 days',"
            " expires_at = now() + interval '1 day'"
        )
        await tx.execute("update turn set asked_at = now() - interval '6 days'")
        await tx.execute("delete from inbox_event")

    await press(asked)
    await work(asked)

    assert await outcome(asked) == (["Plan"], "done", "done", 1)
    assert "Done." in await card_of(asked)


async def test_a_write_that_cannot_be_repeated_is_told_as_unknown_and_not_repeated(
    asked, monkeypatch
):
    services = asked.stage.product.services
    tools = (replace(tool, repeatable=False) for tool in services.staff.dispatcher.tools.values())
    services = replace(services, staff=replace(services.staff, dispatcher=Dispatcher(tools)))
    stop = Stop()
    stop.put(monkeypatch, writing, "ingest_document", after=True)
    await press(asked)
    stopped = asyncio.create_task(work(asked, services))
    await stop.reached.wait()

    await work(asked, services)
    stop.go_on.set()
    with suppress(Overtaken, Postponed):
        await stopped

    assert await outcome(asked) == (["Plan"], "failed", "done", 1)
    card = await card_of(asked)
    assert "It is not known whether this was done" in card
    assert "Not done" not in card


async def test_what_an_agent_that_is_off_by_now_was_to_do_is_not_done_and_its_card_says_so(asked):
    await press(asked)
    async with asked.context.db.transaction() as tx:
        agent = await tx.fetchval("select agent from turn")
    await switch_agent(asked.context, agent, on=False, actor="UBOSS", reference="off")

    await work(asked)

    assert await outcome(asked) == ([], "failed", "done", 0)
    assert "Not done: The answer ended before this was done." in await card_of(asked)


async def test_a_stop_in_the_middle_of_a_call_leaves_no_card_that_says_it_is_being_done(
    asked, monkeypatch
):
    stop = Stop()
    stop.put(monkeypatch, writing, "ingest_document")
    await press(asked)
    working = asyncio.create_task(work(asked))
    await stop.reached.wait()
    place = asked.question.place
    async with asked.context.db.transaction() as tx:
        await store.request_stop(
            tx, place.channel, place.thread_ts, place.person_id, any_person=False
        )
    await working

    assert await outcome(asked) == ([], "failed", "done", 0)
    assert "It is not known whether this was done" in await card_of(asked)


async def test_a_turn_that_cannot_be_taken_up_is_given_up_in_words(asked):
    await press(asked)
    place = asked.question.place
    async with asked.context.db.transaction() as tx:
        event = await jobs.next_event(tx, f"{place.channel}:{place.thread_ts}")

    for _ in range(2):
        await give_up(asked.stage.product.services, asked.context, event, "REF42")

    assert await outcome(asked) == ([], "failed", "failed", 0)
    assert "Not done" in await card_of(asked)
    assert [str(m).count("REF42") > 0 for m in await asked.said()].count(True) == 1


async def test_a_card_that_nobody_wrote_down_is_found_and_changed(asked):
    """Who posted it died before its ts was on record; Ana has pressed it meanwhile."""
    async with asked.context.db.transaction() as tx:
        await tx.execute(
            "update outbox_message set state = 'sending', message_ts = null"
            " where starts_with(key, 'approval:')"
        )

    await press(asked)
    await work(asked)

    assert await outcome(asked) == (["Plan"], "done", "done", 1)
    assert "Done." in await card_of(asked)
