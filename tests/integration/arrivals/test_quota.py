"""A84: a workspace keeps no more than its quota, whoever adds and however many do at once."""

import asyncio
from collections import Counter

import pytest

from core.kernel.errors import DomainError, Refused
from core.knowledge.arrivals import store as arrivals
from core.knowledge.arrivals.model import Arrival, Held, Quota
from core.knowledge.forget_document import forget_document
from tests.integration.arrivals.adding import add, rows
from tests.integration.worker.queueing import until

SECTIONS = "\n\n".join(f"## Part {n}\n\nRule {n} of the workshop." for n in range(4))


async def at_once(context, count, quota, text="Note {}."):
    """*count* files at the same time; how many came in, and what the others were told."""
    adding = [add(context, f"{n}.txt", text.format(n), quota=quota) for n in range(count)]
    came = await asyncio.gather(*adding, return_exceptions=True)
    refused = [each for each in came if isinstance(each, Exception)]
    assert all(isinstance(each, Refused) for each in refused), refused
    return count - len(refused), {str(each) for each in refused}


async def test_a84_twenty_at_once_do_not_pass_the_number_of_documents(context):
    kept, told = await at_once(context, 20, Quota(documents=5))

    assert kept == 5
    assert await rows(context, "select count(*) from document") == [5]
    assert told == {
        "There is no room for it: this workspace keeps at most 5 documents, all files together. "
        "Forget what is not needed any more, or ask whoever runs AEGIS for more room."
    }


async def test_a84_twenty_at_once_do_not_pass_the_number_of_passages(context):
    quota = Quota(chunks=30)
    kept, told = await at_once(context, 20, quota, "# {}\n\n" + SECTIONS)

    assert kept == 7  # of four passages each
    assert await rows(context, "select count(*) from chunk") == [28]
    assert "at most 30 passages" in told.pop()


async def test_a84_twenty_at_once_do_not_pass_the_bytes_of_text(context):
    kept, told = await at_once(context, 20, Quota(text_bytes=10_000), "Note {}. " + "x" * 2_990)

    assert kept == 3
    assert await rows(context, "select sum(text_bytes) <= 10000 from document") == [True]
    assert "MB of text" in told.pop()


async def test_a84_two_at_once_see_what_the_other_has_reserved(context, database, monkeypatch):
    """Both would count before either has reserved. Without the lock they do, and both come in."""
    asked, counted, count = Counter(), [], arrivals.count_held

    async def count_and_wait(tx, document_id):
        held = await count(tx, document_id)
        asked[document_id] += 1
        if asked[document_id] == 2:  # once before it is read, once before it is indexed
            counted.append(document_id)
            if len(counted) == 1:  # until the other has counted too, or waits for us
                await until(lambda: _is_met(database, counted))
        return held

    monkeypatch.setattr(arrivals, "count_held", count_and_wait)
    kept, told = await at_once(context, 2, Quota(chunks=4), "# {}\n\n" + SECTIONS)

    assert (kept, len(told)) == (1, 1)


async def _is_met(database, counted) -> bool:
    async with database.control() as tx:
        waits = await tx.fetchval(
            "select exists (select from pg_locks where locktype = 'advisory' and not granted)"
        )
    return waits or len(counted) > 1


async def test_a84_what_is_on_its_way_counts_and_what_waits_does_not(context):
    """Each of 100 files that wait is asked when its turn comes: none is refused for the others."""
    async with context.db.transaction() as tx:
        for number in range(3):
            waiting = Arrival(f"{number:032x}", f"{number}.txt", "person", "U1", "U1")
            await arrivals.put_arrival(tx, waiting)
        await arrivals.note_reserved(tx, f"{0:032x}", "indexing", Held(1, 9, 100))
    with pytest.raises(Refused, match="at most 1 document,"):
        await add(context, "a.txt", "A note.", quota=Quota(documents=1))
    with pytest.raises(Refused, match="at most 9 passages"):
        await add(context, "a.txt", "A note.", quota=Quota(chunks=9))
    assert (await add(context, "a.txt", "A note.", quota=Quota(documents=2))).is_new


async def test_what_failed_and_what_was_forgotten_takes_no_room(context):
    quota = Quota(documents=1)
    with pytest.raises(DomainError, match="no text"):
        await add(context, "a.txt", "  \n ", quota=quota)
    first = await add(context, "a.txt", "A note.", quota=quota)
    with pytest.raises(Refused):
        await add(context, "b.txt", "Another note.", quota=quota)
    await forget_document(
        context,
        document_id=first.document.document_id,
        person_id="U1",
        may_forget_any=True,
    )
    assert (await add(context, "b.txt", "Another note.", quota=quota)).is_new


async def test_a_new_version_has_the_room_of_the_old_one(context):
    quota = Quota(documents=1, chunks=1, text_bytes=20)
    await add(context, "a.txt", "The first version.", quota=quota)
    again = await add(context, "a.txt", "The last version.", quota=quota)

    assert again.replaces
    assert await rows(context, "select text_bytes from document") == [17]


async def test_what_nobody_works_on_any_more_is_taken_away_within_the_hour(context):
    """Its process was killed; one whose task still waits stays, however long."""
    old, waits, new = (f"{number:032x}" for number in range(3))
    async with context.db.transaction() as tx:
        for document_id in (old, waits, new):
            await arrivals.put_arrival(tx, Arrival(document_id, "a", "person", "U1", "U1"))
        await tx.execute(
            "update document set added_at = now() - interval '61 minutes' where document_id <> $1",
            new,
        )
        await tx.execute(
            "insert into inbox_event (event_id, mailbox, kind, payload) values ($1, 'm', 'task', '')",
            f"task:t:{waits}",
        )
        await arrivals.drop_lost(tx, "task:t:")

    assert await rows(context, "select document_id from document order by 1") == [waits, new]
