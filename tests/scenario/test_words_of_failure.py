"""What is said when something does not work: to whom it concerns, and pinging nobody."""

import json
from dataclasses import replace

import aiohttp
import pytest

from core.jobs.model import InboxEvent
from core.knowledge.ingest_document import ingest_document
from handlers.giving_up import give_up
from handlers.knowledge.cards import _share
from handlers.pressed import Pressed, press_card

PLAN = "<!channel> plan.md"


class Answers:
    """Slack, as far as it is told something at a response_url."""

    def __init__(self) -> None:
        self.words: list[str] = []

    async def respond(self, response_url, message) -> None:
        self.words.append(message.text)


async def test_a_title_in_a_refusal_pings_nobody(stage_with):
    async with stage_with(works=False) as stage:
        await stage.add_document("northwind", PLAN, "# Plan\n\nThe plan of everybody.\n")
        ben, services, answers = stage.person_id("ben"), stage.product.services, Answers()
        mine = await ingest_document(
            stage.tenants["northwind"],
            services.reader,
            None,
            title=PLAN,
            content=b"# Plan\n\nMy own plan, which differs.\n",
            added_by=ben,
            scope="person",
            reference="test",
        )
        click = Pressed(
            stage.tenants["northwind"],
            InboxEvent(0, "action:1", "action", "", 0),
            ben,
            None,
            "D1",
            "1.1",
            mine.document.document_id,
            "https://hooks.slack.com/actions/1",
        )
        behind = replace(services, staff=replace(services.staff, messenger=answers))
        await press_card(behind, click, _share)

    [words] = answers.words
    assert "already has another document called “&lt;!channel&gt; plan.md”" in words


@pytest.mark.parametrize(
    ("kind", "apologizes"),
    [({"type": "message", "channel_type": "channel"}, False), ({"type": "app_mention"}, True)],
    ids=["said among people", "said to us"],
)
async def test_an_apology_is_for_what_was_said_to_us(stage_with, kind, apologizes):
    async with stage_with(works=False) as stage, aiohttp.ClientSession(stage.sandbox.url) as http:
        body = {"workspace": "northwind", "person": "ana", "in": "#general", "text": "Lunch?"}
        async with http.post("/sandbox/say", json=body) as answer:
            said = await answer.json()
        inner = kind | {"channel": said["channel"], "ts": said["ts"]}
        event = InboxEvent(1, "EvPoison", "event", json.dumps({"event": inner}), 5)
        await give_up(stage.product.services, stage.tenants["northwind"], event, "ref")
        query = "/sandbox/messages?workspace=northwind&person=ana&channel=%23general"
        async with http.get(query) as answer:
            found = await answer.json()

    assert ("something broke on our side" in str(found)) is apologizes
