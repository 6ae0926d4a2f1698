"""Who is in a channel, and what they are: how long it is known, what it costs, and when it is a no."""

import asyncio
from dataclasses import replace

import pytest

from core.knowledge.access.find_asker import find_asker
from core.knowledge.model import Sight
from core.tenancy.membership.kept import KEEP_SECONDS
from core.tenancy.membership.readers import Readers, Room
from core.tenancy.membership.recognize_people import recognize_people
from core.tenancy.model import Person
from core.tenancy.recognize_person import person_changed
from core.tenancy.store import put_person


class Told:
    """Both ports, as a Slack would fill them; what it was asked is counted."""

    def __init__(self):
        self.channels = {"C1": {"U1", "U2"}}
        self.standings = {"U1": "member", "U2": "admin"}
        self.asked = []
        self.meanwhile = None

    async def list_members(self, context, channel):
        self.asked.append(channel)
        members = self.channels.get(channel)
        return None if members is None else frozenset(members)

    async def list_channels(self, context, person_id):
        return frozenset(
            one for one, people in self.channels.items() if person_id in (people or ())
        )

    async def look_up_all(self, context, person_ids):
        self.asked.append(sorted(person_ids))
        if self.meanwhile:
            await self.meanwhile()
        known = self.standings
        return [Person(one, known[one]) for one in person_ids if one in known]


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


OPEN, CLOSED, UNKNOWN = Room(True, True), Room(True, False), Room(None, False)


async def test_who_is_there_is_asked_once_in_fifteen_seconds_and_anew_at_a_press(
    context, new_context, readers, told, clock
):
    for _ in range(3):
        assert await readers.look_into(context, "C1", "U1") == OPEN
        assert await readers.channels_of(context, "U1", ["C1"]) == {"C1"}
    assert told.asked == ["C1", ["U1", "U2"]]

    told.channels["C1"] = {"U2"}
    assert await readers.channels_of(context, "U1", ["C1"]) == {"C1"}
    assert await readers.channels_of(context, "U1", ["C1"], fresh=True) == set()
    # What was asked at the press counts from then on.
    assert await readers.channels_of(context, "U1", ["C1"]) == set()
    told.channels["C1"] = {"U1", "U2"}
    clock.now += KEEP_SECONDS
    assert await readers.channels_of(context, "U1", ["C1"]) == {"C1"}
    # Another tenant's channel of the same name is another channel.
    told.channels.clear()
    assert await readers.channels_of(await new_context(), "U1", ["C1"]) == set()


@pytest.mark.parametrize("standing", ["guest", "outsider", None])
async def test_one_who_is_no_full_member_or_unknown_closes_the_channel(
    context, readers, told, standing
):
    told.channels["C1"].add("U3")
    if standing:
        told.standings["U3"] = standing

    assert await readers.look_into(context, "C1", "U1") == CLOSED


@pytest.mark.parametrize("standing", ["bot", "gone"])
async def test_who_reads_nothing_closes_nothing(context, readers, told, standing):
    told.channels["C1"].add("U3")
    told.standings["U3"] = standing

    assert await readers.look_into(context, "C1", "U1") == OPEN


async def test_a_list_that_is_not_had_or_without_whoever_asks_opens_nothing(context, readers, told):
    assert await readers.look_into(context, "C2", "U1") == UNKNOWN
    assert await readers.look_into(context, "C2", "U1") == UNKNOWN
    assert told.asked == ["C2", "C2"]  # what is not known is not kept
    assert await readers.look_into(context, "C1", "U9") == Room(False, False)
    told.channels["C3"] = set()
    assert await readers.look_into(context, "C3", "U1") == Room(False, False)


class Counting:
    """A tenant's database that counts its transactions."""

    def __init__(self, db):
        self._db = db
        self.begun = 0

    def transaction(self):
        self.begun += 1
        return self._db.transaction()


async def test_a_cold_channel_of_many_takes_two_transactions_and_a_warm_one_one(
    context, readers, told, clock
):
    people = {f"U{number:04d}" for number in range(1_000)}
    told.channels["C1"], told.standings = people, dict.fromkeys(people, "member")
    counting = Counting(context.db)
    counted = replace(context, db=counting)

    assert await readers.look_into(counted, "C1", "U0001") == OPEN
    assert counting.begun == 2
    clock.now += KEEP_SECONDS
    assert await readers.look_into(counted, "C1", "U0001") == OPEN
    assert counting.begun == 3
    assert [one for one in told.asked if isinstance(one, list)] == [sorted(people)]


async def test_what_an_event_says_meanwhile_counts_more_than_what_slack_has_answered(context, told):
    async def becomes_a_guest():
        await person_changed(context, Person("U2", "guest"))

    async with context.db.transaction() as tx:
        await put_person(tx, Person("U2", "member"))
        await tx.execute("update person set checked_at = now() - interval '1 hour'")
    told.meanwhile = becomes_a_guest

    assert await recognize_people(context, told, ["U1", "U2"]) == {"U1": "member"}
    told.meanwhile = None
    told.standings["U2"] = "guest"
    assert await recognize_people(context, told, ["U1", "U2"]) == {"U1": "member", "U2": "guest"}


async def test_two_look_ups_of_the_same_people_do_not_wait_for_each_other_for_ever(context, told):
    people = [f"U{number:03d}" for number in range(200)]
    told.standings = dict.fromkeys(people, "member")
    both = await asyncio.gather(
        recognize_people(context, told, people), recognize_people(context, told, people[::-1])
    )

    again = await recognize_people(context, told, people)
    assert again == dict.fromkeys(people, "member")
    assert all(found == again for found in both)


async def test_who_was_overtaken_by_another_look_up_knows_as_much(context, told):
    """A channel's documents would stay closed to everybody there until somebody asks once more."""

    async def looked_up_by_another_worker():
        told.meanwhile = None
        await recognize_people(context, told, ["U1"])

    told.meanwhile = looked_up_by_another_worker

    assert await recognize_people(context, told, ["U1", "U2"]) == told.standings
    assert told.asked == [["U1", "U2"], ["U1"]]  # and Slack was not asked a third time


async def test_whose_documents_are_seen_where(context, readers, told, clock):
    async with context.db.transaction() as tx:
        await tx.execute(
            "insert into document (document_id, title, media, scope, channel_id, content_sha256, added_by)"
            " values ('d1', 'One', 'md', 'channel', 'C1', 'x', 'U1'),"
            " ('d2', 'Two', 'md', 'channel', 'C2', 'x', 'U1')"
        )
    told.channels["C2"] = {"U1", "U3"}
    told.standings["U3"] = "guest"
    both = frozenset({"C1", "C2"})

    async def asks(who, channel="", **more):
        return await find_asker(
            context, readers, person_id=who, channel=channel, private=not channel, **more
        )

    async def sight(*who, **more):
        asker = await asks(*who, **more)
        return asker.sight, asker.alone

    own = Sight(True, both, "U1")
    assert await sight("U1") == (own, own)
    assert await sight("U2") == (Sight(True, {"C1"}, "U2"),) * 2
    assert await sight("U1", "C1") == (Sight(True, {"C1"}), own)
    assert await sight("U1", "C2") == (Sight(False, {"C2"}), own)
    # Where nobody says who is in it, only a message of theirs says that they are.
    unsaid = await asks("U1", "C9")
    assert (unsaid.sight, unsaid.alone) == (Sight(False), own)
    assert (unsaid.room_known, unsaid.unlearnt) == (False, frozenset())
    in_it = (Sight(False, {"C9"}), Sight(True, both | {"C9"}, "U1"))
    assert await sight("U1", "C9", said_there=True) == in_it
    assert await sight("U2", "C2", said_there=True) == (Sight(False), Sight(True, {"C1"}, "U2"))
    told.channels["C1"], clock.now = None, clock.now + KEEP_SECONDS
    assert (await asks("U1", "C1")).unlearnt == {"C1"}
    assert (await asks("U1", "C1", said_there=True)).unlearnt == frozenset()
    told.channels["C1"] = {"U1", "U2"}
    # Who asks in a channel that they are not in gets nothing of it.
    assert await sight("U2", "C2") == (Sight(False), Sight(True, {"C1"}, "U2"))
    assert await sight("U1", "C1", workspace_only=True) == (Sight(True), Sight(True))
    assert await sight("U1", "C2", workspace_only=True) == (Sight(False), Sight(True))
    assert await sight("U1", workspace_only=True) == (Sight(True), Sight(True))
