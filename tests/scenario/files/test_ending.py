"""A worker is stopped at any step of a file, or somebody thinks better of it: it ends once, and well."""

import json
from dataclasses import replace
from functools import partial

import aiohttp
import pytest

from core.conversations.files import read_file as reading
from core.conversations.files.accept_file import TASK, accept_file, card_key
from core.conversations.files.model import FilePlace, SharedFile, shared_file
from core.jobs import store as jobs
from core.jobs.model import READING_PREFIX
from core.kernel.errors import Postponed
from core.knowledge.arrivals import store as arrivals
from core.knowledge.forget_document import forget_document
from core.knowledge.model import MAX_BYTES
from handlers.files import read_file
from handlers.giving_up import give_up
from tests.integration.worker.queueing import until
from tests.scenario.files.dropping import cards, documents, drop
from tests.scenario.test_recovery import until as until_found

NOTE = "# Spring fair\n\nOur stand at the spring fair is number 14.\n"


class Dropped:
    """A file that waits, and the task that reads it, run by hand: only questions have a worker."""

    def __init__(self, stage, http, event):
        self.stage, self.http, self.event = stage, http, event
        self.context = stage.tenants["northwind"]
        self.document_id = json.loads(event.payload)["document_id"]

    async def run(self):
        await read_file(self.stage.product.services, self.context, self.event)

    async def card(self):
        [card] = await cards(self.http)
        return card["text"]

    async def ends(self):
        """(action, outcome) of the rows about the document."""
        async with self.context.db.transaction() as tx:
            rows = await tx.fetch(
                "select action, outcome from audit_event where action like 'knowledge:%' order by seq"
            )
        return [tuple(row) for row in rows]


@pytest.fixture
async def dropped(stage_with, monkeypatch):
    monkeypatch.setattr("bot.worker.lanes.FILES_AT_ONCE", 0)
    # Its card changes in the end alone, however slow this machine is.
    monkeypatch.setattr("core.conversations.files.file_card.FIRST_PAUSE_SECONDS", 60.0)
    async with stage_with() as stage, aiohttp.ClientSession(stage.sandbox.url) as http:
        context = stage.tenants["northwind"]
        await drop(http, "fair.md", NOTE)

        async def find():
            async with context.db.transaction() as tx:
                # The task is there before its card.
                mailbox = await tx.fetchval(
                    "select e.mailbox from inbox_event e join outbox_message o on o.message_ts is not null"
                    " where e.kind = 'task' and starts_with(e.mailbox, $1) and starts_with(o.key, $2)",
                    READING_PREFIX,
                    card_key(""),
                )
                return await jobs.next_event(tx, mailbox) if mailbox else None

        yield Dropped(stage, http, await until_found(find))
        async with stage.product.services.database.control() as tx:
            await tx.execute("delete from control.mailbox where tenant_id = $1", context.tenant_id)


async def test_the_card_waits_with_the_file(dropped):
    assert (await dropped.card()).startswith("I am going to read *fair.md*: it waits for its turn.")
    assert await documents(dropped.context) == [("fair.md", "queued", 0)]


async def test_it_is_done_and_slack_is_away_so_that_it_is_said_later(dropped):
    """The worker dies, or cannot say it, after the commit: the second one only says it."""
    dropped.stage.sandbox.refuse("chat.update", "service_unavailable")
    with pytest.raises(Postponed):
        await dropped.run()
    assert await documents(dropped.context) == [("fair.md", "ready", 1)]
    await dropped.run()
    await dropped.run()

    assert (await dropped.card()).startswith("I have read *fair.md*.")
    assert await dropped.ends() == [
        ("knowledge:document:ingest", "attempt"),
        ("knowledge:document:ingest", "done"),
    ]


async def test_it_is_stopped_before_the_commit_and_begun_anew(dropped, monkeypatch):
    class Dies(BaseException):
        """As kill -9 does, nothing catches it."""

    async def die(*_):
        raise Dies

    with monkeypatch.context() as patched:
        patched.setattr("core.knowledge.arrivals.take_in._write", die)
        with pytest.raises(Dies):
            await dropped.run()
    assert await documents(dropped.context) == [("fair.md", "indexing", 0)]
    await dropped.run()

    assert (await dropped.card()).startswith("I have read *fair.md*.")
    assert await documents(dropped.context) == [("fair.md", "ready", 1)]


async def test_never_mind_takes_it_away_and_its_task_ends_quietly(dropped):
    await _press(dropped, "Never mind")
    await until(lambda: _is_said(dropped, "I have forgotten"))
    await dropped.run()

    assert (await dropped.card()).startswith("I have forgotten *fair.md*")
    assert await documents(dropped.context) == []
    assert [action for action, _ in await dropped.ends()] == ["knowledge:document:forget"] * 2


async def test_never_mind_while_it_is_fetched_ends_quietly(dropped, monkeypatch):
    fetch = reading.fetch_file

    async def fetch_and_forget(*given, **named):
        content = await fetch(*given, **named)
        ana = dropped.stage.person_id("ana")
        await forget_document(dropped.context, document_id=dropped.document_id, person_id=ana)
        return content

    monkeypatch.setattr(reading, "fetch_file", fetch_and_forget)
    await dropped.run()

    assert (await dropped.card()).startswith("I have forgotten *fair.md*")
    assert await documents(dropped.context) == []


async def test_what_failed_too_often_is_said_on_its_card_with_a_reference(dropped):
    services = dropped.stage.product.services
    for _ in range(2):
        await give_up(services, dropped.context, dropped.event, "abc123")

    assert (await dropped.card()).startswith("I could not read *fair.md*. Sorry, something broke")
    assert "abc123" in await dropped.card()
    assert await documents(dropped.context) == []


async def test_its_message_that_comes_again_does_not_bring_back_what_was_forgotten(dropped):
    file = SharedFile(**json.loads(dropped.event.payload)["file"])
    place = FilePlace(**json.loads(dropped.event.payload)["place"])
    ana = dropped.stage.person_id("ana")
    await forget_document(dropped.context, document_id=dropped.document_id, person_id=ana)
    async with dropped.context.db.transaction() as tx:
        ts = await tx.fetchval(
            "select message_ts from outbox_message where key = $1", card_key(dropped.document_id)
        )
    filing, key = dropped.stage.product.services.filing, f"{place.channel}:{place.thread_ts}"
    again = await accept_file(dropped.context, filing, file, place, key=key)

    assert again == dropped.document_id, "the id of a file in a message is always the same"
    assert ts
    assert await documents(dropped.context) == []
    assert len(await cards(dropped.http)) == 1


async def test_what_another_organization_shares_is_asked_for_by_its_id(dropped):
    """Slack Connect: the message names no address and no title, `files.info` does."""
    given = json.loads(dropped.event.payload)["file"]
    stub = {"id": given["file_id"], "mode": "file_access", "file_access": "check_file_info"}
    assert shared_file(stub) == SharedFile(given["file_id"], "file")
    place = FilePlace(**json.loads(dropped.event.payload)["place"])
    filing = dropped.stage.product.services.filing
    for _ in range(2):
        again = await accept_file(dropped.context, filing, shared_file(stub), place, key="D1:2.0")
    async with dropped.context.db.transaction() as tx:
        event = await jobs.next_event(tx, f"{READING_PREFIX}{again}")
    await read_file(dropped.stage.product.services, dropped.context, event)

    assert (await cards(dropped.http))[-1]["text"].startswith("I have read *fair.md*.")


async def test_what_another_organization_shares_no_more_is_said(dropped):
    place = FilePlace(**json.loads(dropped.event.payload)["place"])
    filing = dropped.stage.product.services.filing
    stub = shared_file({"id": "FGONE", "file_access": "check_file_info"})
    again = await accept_file(dropped.context, filing, stub, place, key="D1:2.0")
    async with dropped.context.db.transaction() as tx:
        event = await jobs.next_event(tx, f"{READING_PREFIX}{again}")
    await read_file(dropped.stage.product.services, dropped.context, event)

    told = (await cards(dropped.http))[-1]["text"]
    assert told.startswith("I could not read *file*. Slack does not have that file any more")


async def test_a_file_whose_card_slack_does_not_take_for_an_hour_is_not_lost(dropped):
    """Housekeeping takes away what nobody works on; this one has its task before it has its card."""
    give = _giving_again(dropped)
    dropped.stage.sandbox.refuse("chat.postMessage", "service_unavailable")
    with pytest.raises(Postponed):
        await give()
    async with dropped.context.db.transaction() as tx:
        await tx.execute("update document set added_at = now() - interval '61 minutes'")
        await arrivals.drop_lost(tx, f"task:{TASK}:")
    event = await _task_of(dropped, await give())
    await read_file(dropped.stage.product.services, dropped.context, event)

    assert (await cards(dropped.http))[-1]["text"].startswith("I have read *fair.md*.")


async def test_a_task_that_finds_its_file_gone_says_that_it_is_to_be_sent_again(dropped):
    async with dropped.context.db.transaction() as tx:
        await arrivals.drop_arrival(tx, dropped.document_id)
    await dropped.run()

    assert await dropped.card() == f"I could not read *fair.md*. {reading.LOST}"


async def test_a_task_that_is_quicker_than_its_card_waits_for_it(dropped):
    give = _giving_again(dropped)
    dropped.stage.sandbox.refuse("chat.postMessage", "service_unavailable")
    with pytest.raises(Postponed):
        await give()
    async with dropped.context.db.transaction() as tx:
        mailbox = await tx.fetchval(
            "select mailbox from inbox_event where kind = 'task' order by id desc limit 1"
        )
        event = await jobs.next_event(tx, mailbox)
    with pytest.raises(Postponed):
        await read_file(dropped.stage.product.services, dropped.context, event)
    late = replace(event, age_seconds=reading.CARD_PATIENCE_SECONDS)
    await read_file(dropped.stage.product.services, dropped.context, late)
    await give()

    told = [card["text"] for card in await cards(dropped.http)]
    assert [words[:11] for words in told[1:]] == ["I have read"], "no card says that it waits"


async def test_how_large_a_file_is_is_asked_where_its_message_does_not_say(dropped):
    """By that alone it is told from a page that Slack hands over in its place."""
    body = json.loads(dropped.event.payload)
    for workspace in dropped.stage.sandbox.world.workspaces.values():
        if body["file"]["file_id"] in workspace.file_bytes:
            workspace.file_bytes[body["file"]["file_id"]] = b"Sign in to your workspace"
    body["file"]["size"] = None
    dropped.event = replace(dropped.event, payload=json.dumps(body))
    await dropped.run()

    assert "is not that file" in await dropped.card()


@pytest.mark.parametrize(("beyond", "words"), [(0, "too much text"), (1, "larger than 20 MB")])
async def test_a_file_may_have_all_of_twenty_megabytes(dropped, beyond, words):
    body = json.loads(dropped.event.payload)
    blank = b" " * (MAX_BYTES + beyond)
    for workspace in dropped.stage.sandbox.world.workspaces.values():
        if body["file"]["file_id"] in workspace.file_bytes:
            workspace.file_bytes[body["file"]["file_id"]] = blank
    body["file"]["size"] = len(blank)
    dropped.event = replace(dropped.event, payload=json.dumps(body))
    await dropped.run()

    assert words in await dropped.card()


def _giving_again(dropped):
    """The same file comes in another message; the id of what it is going to be."""
    file = SharedFile(**json.loads(dropped.event.payload)["file"])
    place = FilePlace(**json.loads(dropped.event.payload)["place"])
    filing = dropped.stage.product.services.filing
    return partial(accept_file, dropped.context, filing, file, place, key="D1:2.0")


async def _task_of(dropped, document_id):
    async with dropped.context.db.transaction() as tx:
        return await jobs.next_event(tx, f"{READING_PREFIX}{document_id}")


async def _is_said(dropped, words):
    return words in await dropped.card()


async def _press(dropped, label):
    [card] = await cards(dropped.http)
    buttons = [e for b in card["blocks"] if b["type"] == "actions" for e in b["elements"]]
    action = next(e["action_id"] for e in buttons if e["text"]["text"] == label)
    body = {"workspace": "northwind", "person": "ana", "in": "dm"}
    body |= {"ts": card["ts"], "action_id": action}
    async with dropped.http.post("/sandbox/click", json=body) as answer:
        assert answer.status == 200, await answer.text()
