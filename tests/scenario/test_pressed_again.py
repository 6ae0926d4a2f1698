"""A button's effect is done, and its worker dies before the card says so: the second try says it."""

from dataclasses import replace

import pytest

from core.jobs.model import InboxEvent
from core.kernel.errors import Postponed
from core.knowledge.ingest_document import ingest_document
from handlers.knowledge.cards import _forget, _share
from handlers.pressed import Pressed, press_card
from tests.scenario.test_recovery import in_thread
from tests.scenario.test_unknown_results import say

DONE = {_share: "is now shared", _forget: "I have forgotten"}


@pytest.fixture
async def stage(stage_with):
    async with stage_with(works=False) as opened:
        yield opened


@pytest.fixture
async def click(stage, http):
    """ana presses a button below her file."""
    context, ana = stage.tenants["northwind"], stage.person_id("ana")
    mine = await ingest_document(
        context,
        stage.product.services.reader,
        None,
        title="plan.md",
        content=b"# Plan\n\nMy own plan.\n",
        added_by=ana,
        scope="person",
        reference="test",
    )
    channel, thread = await say(http, "Here is a file")
    api = stage.product.clients.api((await stage.product.clients.of(context)).token)
    card = await api.chat_postMessage(channel=channel, thread_ts=thread, text="I have read it")
    team = await stage.product.services.workspaces.team_of(context.tenant_id)
    event = InboxEvent(0, "action:1", "action", "", 0)
    document = mine.document.document_id
    return Pressed(context, event, ana, team, channel, card["ts"], document, "")


async def done_rows(click):
    async with click.tenant.db.transaction() as tx:
        return await tx.fetchval(
            "select count(*) from audit_event where action ~ '^knowledge:document:(share|forget)$'"
            " and outcome <> 'attempt'"
        )


@pytest.mark.parametrize("effect", DONE, ids=["share", "forget"])
async def test_the_second_try_of_a_press_shows_what_the_first_has_done(stage, http, click, effect):
    services = stage.product.services
    stage.sandbox.refuse("chat.update", "service_unavailable")
    with pytest.raises(Postponed):
        await press_card(services, click, effect)
    await press_card(services, click, effect)
    await press_card(services, click, effect)

    [card] = await in_thread(http)
    assert DONE[effect] in card["text"]
    assert await done_rows(click) == 1


@pytest.mark.parametrize("effect", DONE, ids=["share", "forget"])
async def test_where_the_card_is_gone_the_person_hears_what_was_done(stage, http, click, effect):
    gone = replace(click, message_ts="1.1")
    await press_card(stage.product.services, gone, effect)

    assert [DONE[effect] in message["text"] for message in await in_thread(http)] == [False, True]


async def test_a_double_click_on_share_is_no_complaint(stage, http, click):
    await press_card(stage.product.services, click, _share)
    again = replace(click, inbox=replace(click.inbox, event_id="action:2"))
    await press_card(stage.product.services, again, _share)

    assert ["is now shared" in message["text"] for message in await in_thread(http)] == [True]


async def test_another_press_of_the_same_button_is_another_one(stage, http, click):
    await press_card(stage.product.services, click, _forget)
    again = replace(click, inbox=replace(click.inbox, event_id="action:2"))
    await press_card(stage.product.services, again, _forget)

    assert "I have no such document" in [m["text"] for m in await in_thread(http)][-1]
