"""No act without its row, and no row that a caller who goes away takes with them."""

import asyncio

import asyncpg
import pytest

from core.audit.attempt import _writing, attempt
from core.audit.model import LogFilter
from core.audit.read_log import read_log
from core.audit.record import AuditUnwritable, record
from core.conversations.files.fetch_file import fetch_file
from core.db.scope import schema_of
from core.kernel.errors import Invalid
from core.knowledge import store as knowledge
from core.knowledge.forget_document import forget_document
from core.knowledge.ingest_document import ingest_document
from core.knowledge.list_documents import list_documents
from core.knowledge.model import Asker
from core.knowledge.reading.limited_reader import LimitedReader

ASKER = Asker("U1", private=True)
TEXT = b"The office closes at five."


async def log_of(context):
    async with context.db.transaction() as tx:
        rows = await tx.fetch(
            "select action, outcome, reference, arguments, detail from audit_event order by seq"
        )
    return [(row["action"].split(":")[2], row["outcome"], row["detail"]) for row in rows]


def ingest(context, reader=None, title="notes.txt"):
    return ingest_document(
        context,
        reader or LimitedReader(),
        None,
        title=title,
        content=TEXT,
        added_by="U1",
        reference="ref",
    )


@pytest.fixture(params=["no right", "no chain", "read only"])
async def unwritable(request, context, admin_dsn):
    """A102: three ways in which a tenant's log takes no row."""
    schema = schema_of(context.tenant_id)
    statement = {
        "no right": f"revoke insert (action, actor, outcome, reference, arguments, detail)"
        f" on {schema}.audit_event from {schema}",
        "no chain": f"delete from control.audit_chain where tenant_id = '{context.tenant_id}'",
        "read only": f"alter table {schema}.audit_event add constraint full_up check (false) not valid",
    }[request.param]
    admin = await asyncpg.connect(admin_dsn)
    await admin.execute(statement)
    await admin.close()
    return context


class Eager:
    """Outside things that remember whether they were asked."""

    asked = 0

    async def fetch(self, *args, **kwargs):
        self.asked += 1
        return b""

    async def read(self, *args, **kwargs):
        self.asked += 1


async def test_what_cannot_be_audited_is_not_done(unwritable):
    """A102: refused in words with a reference, nothing outside was asked, nothing has changed."""
    outside = Eager()
    for act in (
        ingest(unwritable, outside),
        forget_document(unwritable, document_id="d", person_id="U1"),
        fetch_file(
            unwritable, outside, "https://x", size=1, limit=9, person_id="U1", reference="r"
        ),
        read_log(unwritable, "U1", LogFilter(), reference="r"),
    ):
        with pytest.raises(AuditUnwritable, match=r"not done\. Reference: [0-9a-f]{8}$"):
            await act

    assert outside.asked == 0
    assert await list_documents(unwritable, asker=ASKER) == []


async def test_a_change_is_undone_with_the_row_that_cannot_be_written(context, admin_dsn):
    """A102: the attempt went through, the outcome does not; so neither does the change."""

    class Closing(LimitedReader):
        async def read(self, content, title):
            admin = await asyncpg.connect(admin_dsn)
            await admin.execute(
                "delete from control.audit_chain where tenant_id = $1", context.tenant_id
            )
            await admin.close()
            return await super().read(content, title)

    with pytest.raises(AuditUnwritable):
        await ingest(context, Closing())

    assert await list_documents(context, asker=ASKER) == []
    assert [outcome for _, outcome, _ in await log_of(context)] == ["attempt"]


class Slow:
    """A reader or a file source that answers and lets the test cancel whoever asked."""

    def __init__(self):
        self.answered = asyncio.Event()

    async def read(self, content, title):
        self.answered.set()
        await asyncio.Event().wait()

    async def fetch(self, *args, **kwargs):
        self.answered.set()
        await asyncio.Event().wait()


async def test_an_act_that_is_cancelled_halfway_has_a_row_of_it(context):
    """A103: the client is gone while the file is read: attempt, and how it ended."""
    slow = Slow()
    task = asyncio.create_task(ingest(context, slow))
    await slow.answered.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert await log_of(context) == [
        ("ingest", "attempt", '{"scope":"workspace"}'),
        ("ingest", "failed", '{"reason":"cancelled"}'),
    ]


async def test_the_outcome_is_written_when_the_caller_goes_right_after_the_call(context):
    """A103: cancelled between the outside call and the row of its outcome; the row is there."""

    class Source:
        async def fetch(self, *args, **kwargs):
            asyncio.current_task().cancel()
            return TEXT

    task = asyncio.create_task(
        fetch_file(context, Source(), "u", size=1, limit=9, person_id="U1", reference="r")
    )

    with pytest.raises(asyncio.CancelledError):
        await task
    assert [outcome for _, outcome, _ in await log_of(context)] == ["attempt", "done"]


async def test_cancelled_again_and_again_it_is_still_written(context):
    """A103: a caller that is cancelled while it waits for the row."""
    async with asyncio.timeout(20):
        begun = asyncio.Event()

        async def act():
            async with attempt(context, "audit:test:act", "U1", reference="r") as doing:
                begun.set()
                await doing.conclude("done")
                await asyncio.Event().wait()

        task = asyncio.create_task(act())
        await begun.wait()
        while not task.done():
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.gather(*_writing)

    assert [outcome for _, outcome, _ in await log_of(context)] == ["attempt", "done"]


async def test_an_outcome_on_its_way_is_waited_for(context, admin_dsn):
    """A103: the row of the outcome waits for a lock, and its caller is cancelled twice meanwhile."""
    admin = await asyncpg.connect(admin_dsn)
    lock, begun = admin.transaction(), asyncio.Event()

    async def act():
        async with attempt(context, "audit:test:act", "U1", reference="r") as doing:
            await lock.start()
            await admin.execute(
                "select from control.audit_chain where tenant_id = $1 for update",
                context.tenant_id,
            )
            begun.set()
            await doing.conclude("done")

    try:
        task = asyncio.create_task(act())
        await begun.wait()
        for _ in range(2):
            for _ in range(20):  # long enough for what is under way to come to the lock
                await admin.execute("select pg_sleep(0.005)")
            task.cancel()
        for _ in range(20):
            await admin.execute("select pg_sleep(0.005)")
        await lock.rollback()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.gather(*_writing)
    finally:
        await admin.close()

    assert [outcome for _, outcome, _ in await log_of(context)] == ["attempt", "done"]


async def test_what_was_done_is_not_called_failed(context):
    """Cancelled after the commit: the act's own row stands, and no second one against it."""

    async def act():
        async with attempt(context, "audit:test:act", "U1", reference="r") as doing:
            async with context.db.transaction() as tx:
                await doing.record(tx, "done")
            asyncio.current_task().cancel()
            await asyncio.sleep(0)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(act())
    assert [outcome for _, outcome, _ in await log_of(context)] == ["attempt", "done"]


async def test_a_failure_is_told_by_its_kind_and_never_by_its_words(context):
    async def act(error):
        async with attempt(context, "audit:test:act", "U1", reference=type(error).__name__):
            raise error

    for error in (Invalid("secret words"), ZeroDivisionError("secret words")):
        with pytest.raises(type(error)):
            await act(error)

    assert [detail for _, outcome, detail in await log_of(context) if outcome == "failed"] == [
        '{"reason":"Invalid"}',
        '{"reason":"error"}',
    ]


async def test_what_a_person_gave_is_there_as_a_keyed_digest_alone(new_context):
    """Two workspaces that are given the same have different digests; the words are nowhere."""
    ours, theirs = await new_context(), await new_context()
    for context in (ours, theirs):
        await ingest(context, title="merger plans.txt")
    kept = []
    for context in (ours, theirs):
        async with context.db.transaction() as tx:
            kept += await tx.fetch("select arguments, detail, actor from audit_event order by seq")

    assert len({row["arguments"] for row in kept}) == 2
    assert kept[0]["arguments"] == kept[1]["arguments"] != kept[2]["arguments"]
    assert "merger" not in str(kept)


async def test_a_lock_taken_before_the_row_is_no_deadlock(context):
    """Many acts that lock other rows first and record last, all at once."""

    async def act(number):
        async with context.db.transaction() as tx:
            await knowledge.lock_knowledge(tx)
            await record(tx, "audit:test:act", "U1", outcome="done", reference=str(number))

    async with asyncio.timeout(30):
        await asyncio.gather(*map(act, range(30)))

    assert len(await log_of(context)) == 30
