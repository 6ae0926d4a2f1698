"""In which of many channels a person is: what it costs, how long it may take, and what stays unlearnt."""

import asyncio

import pytest

from core.knowledge import store
from core.knowledge.access.find_asker import find_asker
from core.tenancy.membership.kept import KEEP_SECONDS
from core.tenancy.membership.readers import AT_ONCE, MOST_ONE_BY_ONE, Around, Readers

MANY = [f"C{number:04d}" for number in range(130)]


class Told:
    """A Slack in which U1 and U2 are in every channel of *channels*. It never says who is in those of
    *silent*, and only if it *lists* where a person is; what it was asked is noted."""

    def __init__(self):
        self.channels = set(MANY)
        self.silent = set()
        self.lists = True
        self.asked = []

    async def list_members(self, context, channel):
        self.asked.append(channel)
        if channel in self.silent:
            await asyncio.Event().wait()
        return frozenset({"U1", "U2"}) if channel in self.channels else None

    async def list_channels(self, context, person_id):
        self.asked.append(person_id)
        if person_id in self.silent:
            await asyncio.Event().wait()
        return frozenset(self.channels) if self.lists else None

    async def look_up_all(self, context, person_ids):
        raise AssertionError("nobody asks for people here")


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def readers(told, clock):
    return Readers(told, told, clock)


async def give(context, channels):
    """Each has a document, the last one the newest."""
    async with context.db.transaction() as tx:
        for number, channel in enumerate(channels):
            await tx.execute(
                "insert into document (document_id, title, media, scope, channel_id, content_sha256,"
                " added_by, added_at) values ($1, $1, 'md', 'channel', $2, $1, 'U1',"
                " now() - interval '1 day' + $3 * interval '1 second')",
                f"d{channel}",
                channel,
                number,
            )


async def test_one_call_tells_of_all_channels_that_have_documents(context, readers, told):
    await give(context, MANY)
    asker = await find_asker(context, readers, person_id="U1", private=True)

    assert asker.sight.channels == set(MANY)
    assert asker.unlearnt == frozenset()
    async with context.db.transaction() as tx:
        assert len(await store.list_documents(tx, asker.sight)) == len(MANY)
    assert told.asked == ["U1"]


async def test_no_call_is_made_where_no_channel_has_documents(context, readers, told):
    assert await readers.look_around(context, "U1", []) == Around()
    assert told.asked == []


async def test_where_a_person_is_is_kept_for_a_moment_and_asked_anew_at_a_press(
    context, new_context, readers, told, clock
):
    for _ in range(2):
        assert await readers.look_around(context, "U1", ["C0001"]) == Around(frozenset({"C0001"}))
    assert told.asked == ["U1"]

    told.channels.clear()
    assert (await readers.look_around(context, "U1", ["C0001"])).channels == {"C0001"}
    assert await readers.look_around(context, "U1", ["C0001"], fresh=True) == Around()
    told.channels.add("C0001")
    assert await readers.look_around(context, "U1", ["C0001"]) == Around()
    clock.now += KEEP_SECONDS
    assert (await readers.look_around(context, "U1", ["C0001"])).channels == {"C0001"}
    # Another tenant's person of the same id is another person.
    told.channels.clear()
    assert await readers.look_around(await new_context(), "U1", ["C0001"]) == Around()


async def test_what_a_press_has_learnt_of_one_channel_counts_from_then_on(context, readers, told):
    assert (await readers.look_around(context, "U1", ["C0001"])).channels == {"C0001"}
    told.channels.discard("C0001")
    assert await readers.channels_of(context, "U1", ["C0001"], fresh=True) == set()

    assert await readers.look_around(context, "U1", ["C0001"]) == Around()


async def test_without_the_list_the_channels_that_matter_most_are_looked_through(
    context, readers, told
):
    told.lists = False
    await give(context, MANY)
    asker = await find_asker(context, readers, person_id="U1", private=True)

    newest = MANY[::-1][:MOST_ONE_BY_ONE]
    assert sorted(told.asked[1:]) == sorted(newest)
    assert asker.sight.channels == set(newest)
    assert asker.unlearnt == set(MANY) - set(newest)


async def test_a_channel_that_nobody_tells_of_is_unlearnt_and_no_channel_of_theirs(
    context, readers, told
):
    told.lists = False
    told.channels.discard("C0001")

    found = await readers.look_around(context, "U1", ["C0001", "C0002"])
    assert found == Around(frozenset({"C0002"}), frozenset({"C0001"}))


async def test_what_takes_too_long_is_unlearnt_and_the_rest_is_known(context, told):
    told.lists = False
    told.silent = {"C0003", "C0004"}
    readers = Readers(told, told, within=0.2)

    found = await readers.look_around(context, "U1", ["C0001", "C0002", "C0003", "C0004", "C0005"])
    assert len(told.silent) == AT_ONCE  # they hold up whatever comes behind them
    assert found.channels == {"C0001", "C0002"}
    assert found.unlearnt == {"C0003", "C0004", "C0005"}
    told.silent = {"U1", "C0001"}
    assert (await readers.look_around(context, "U1", ["C0007"])).unlearnt == {"C0007"}
    assert await readers.channels_of(context, "U1", ["C0001"], fresh=True) == set()
    assert (await readers.look_into(context, "C0001", "U1", fresh=True)).has_asker is None


async def test_the_room_is_looked_into_before_anything_else(context, readers, told):
    """Else a workspace with many documents would have no calls left for it."""
    await give(context, MANY)
    told.channels.discard("C0500")
    await find_asker(
        context, readers, person_id="U1", channel="C0500", private=False, said_there=True
    )

    assert told.asked == ["C0500", "U1"]


async def test_what_is_asked_anew_is_not_known_any_more_where_no_answer_comes(context, told, clock):
    """Who may have left meanwhile is not taken for a member because Slack is slow."""
    readers = Readers(told, told, clock, within=0.05)
    assert (await readers.look_around(context, "U1", MANY[:1])).channels == {MANY[0]}
    told.silent = {"U1", MANY[0]}
    assert (await readers.look_around(context, "U1", MANY[:1], fresh=True)).channels == set()
    assert (await readers.look_around(context, "U1", MANY[:1])).channels == set()
