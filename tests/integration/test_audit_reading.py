"""Reading and exporting the log: audited itself, and one record a line whatever is in it."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from core.audit import store
from core.audit.chain.link import hash_of
from core.audit.export_log import COLUMNS, export_log
from core.audit.model import ChainedEvent, LogFilter
from core.audit.read_log import read_log
from core.audit.record import record
from tests.integration.audit_log import superuser, write

HOSTILE = [
    "a\r\nb",
    "\x1b[2J\x1b[31mred",
    '", "outcome": "done", "x": "',
    "=HYPERLINK(0)",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "line\u2028two",
    "right\u202eleft",
    "nul\x00",
    "'; drop table audit_event; --",
    "x" * 5000,
]


async def test_the_newest_rows_come_first_and_the_reading_is_a_row_too(context):
    await write(context, 30)

    found = await read_log(context, "UADMIN", LogFilter(), reference="r", limit=5)
    again = await read_log(context, "UADMIN", LogFilter(), reference="r", limit=1)

    assert [event.seq for event in found] == [30, 29, 28, 27, 26]
    assert found[0].detail == {"number": 29}
    assert [(one.action, one.actor, one.detail) for one in again] == [
        ("audit:log:read", "UADMIN", {"rows": 5})
    ]


async def test_what_was_looked_for_is_a_digest_in_the_row_of_the_reading(context):
    await read_log(context, "U1", LogFilter(person="U666"), reference="r")
    (event,) = await read_log(context, "U1", LogFilter(), reference="r")

    assert event.arguments == context.fingerprint("person=U666")
    assert "U666" not in str(event)


@pytest.fixture
async def several(context):
    async with context.db.transaction() as tx:
        for action, actor, agent in (
            ("knowledge:document:ingest", "U1", None),
            ("knowledge:documents:search", "U1", "nora"),
            ("knowledge:documents:search", "U2", "max"),
            ("tenancy:token:exchange", "operator", None),
        ):
            await record(tx, action, actor, outcome="done", reference="r", agent=agent)
    return context


@pytest.mark.parametrize(
    ("wanted", "seqs"),
    [
        (LogFilter(agent="nora"), [2]),
        (LogFilter(person="U1"), [2, 1]),
        (LogFilter(action="knowledge"), [3, 2, 1]),
        (LogFilter(action="knowledge:document"), [1]),
        (LogFilter(action="knowledge:documents:search"), [3, 2]),
        (LogFilter(action="know"), []),
        (LogFilter(action="%"), []),
        (LogFilter(person="U1", agent="max"), []),
        (LogFilter(person="' or true --"), []),
        (LogFilter(since=datetime(2020, 1, 1, tzinfo=UTC)), [4, 3, 2, 1]),
        (LogFilter(since=datetime.now(UTC) + timedelta(days=1)), []),
    ],
)
async def test_rows_are_found_by_agent_person_action_and_time(several, wanted, seqs):
    found = await read_log(several, "U1", wanted, reference="r")

    assert [event.seq for event in found] == seqs


async def export(context, form, **options):
    output = io.StringIO(newline="")
    await export_log(context, output, form, actor="operator", reference="r", **options)
    return output.getvalue()


async def plant(context, admin_dsn):
    """Hostile words where a person's name or an id should stand: by our own way, and by force."""
    async with context.db.transaction() as tx:
        for text in HOSTILE:
            await record(tx, "audit:test:act", text, outcome="done", reference=text, word=text)
    async with superuser(admin_dsn, context) as admin:
        for seq, text in enumerate(HOSTILE, 1):
            await admin.execute(
                "update audit_event set actor = $1 where seq = $2", text.replace("\0", ""), seq
            )


async def test_a_row_is_one_record_whatever_it_holds(context):
    """A104: line breaks, terminal colours and JSON's own signs, at the moment they are written."""
    async with context.db.transaction() as tx:
        for text in HOSTILE:
            await record(tx, "audit:test:act", text, outcome="done", reference=text, word=text)
    found = await read_log(context, "U1", LogFilter(), reference="r", limit=50)

    assert len(found) == len(HOSTILE)
    for event in found:
        for text in (event.actor, event.reference, event.detail["word"]):
            assert len(text) <= 200
            assert not set(text) & set("\r\n\x1b\x00\t\u2028\u202e")


async def test_json_lines_are_one_record_each_and_exact(context, admin_dsn):
    """A104: also where somebody has put the words into the table by force."""
    await plant(context, admin_dsn)

    text = await export(context, "jsonl")
    records = [json.loads(line) for line in text.splitlines()]

    assert text.isascii()
    assert not set(text) & set("\x1b\r")
    assert text.count("\n") == len(records) == len(HOSTILE) + 1
    assert [one["actor"] for one in records[:-1]] == [t.replace("\0", "") for t in HOSTILE]
    assert records[-1]["action"] == "audit:log:export"
    async with context.db.transaction() as tx:
        kept = await store.list_chain(tx, 0, len(records), limit=100)
    for one, event in zip(records, kept, strict=True):
        at = datetime.fromisoformat(one.pop("at"))
        assert ChainedEvent(at=at, **one) == event
    assert hash_of(context.tenant_id, kept[-1]) == records[-1]["hash"]


async def test_csv_is_one_record_each_and_runs_nothing_in_a_spreadsheet(context, admin_dsn):
    """A104 and formula injection."""
    await plant(context, admin_dsn)

    text = await export(context, "csv")
    head, *records = csv.reader(io.StringIO(text, newline=""))

    assert tuple(head) == COLUMNS
    assert text.count("\r\n") == len(records) + 1 == len(HOSTILE) + 2
    assert "\n" not in text.replace("\r\n", "")
    for record_ in records:
        for cell in record_:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert not set(cell) & set("\r\n\x1b\u2028\u202e")
    assert "'=HYPERLINK(0)" in {row[3] for row in records}


async def test_an_export_is_audited_before_and_after(context):
    await write(context, 2)
    await export(context, "jsonl")
    after, before = (await read_log(context, "U1", LogFilter(), reference="r"))[:2]

    assert (before.action, before.outcome, before.detail) == (
        "audit:log:export",
        "attempt",
        {"form": "jsonl"},
    )
    assert (after.outcome, after.detail) == ("done", {"rows": 3})


async def test_an_export_may_begin_later(context, monkeypatch):
    monkeypatch.setattr("core.audit.export_log._PAGE", 3)
    await write(context, 10)
    found = await read_log(context, "U1", LogFilter(), reference="r", limit=4)

    lines = (await export(context, "jsonl", since=found[-1].at)).splitlines()

    assert [json.loads(line)["seq"] for line in lines] == [7, 8, 9, 10, 11, 12]
    assert await export(context, "jsonl", since=datetime.now(UTC) + timedelta(days=1)) == ""
