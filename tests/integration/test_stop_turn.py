"""Stop: one's own turn, or anyone's for owners and admins; and it completes its event."""

import pytest

from core.conversations import store
from core.conversations.model import Place, Question
from core.conversations.turns.stop_turn import stop_turn
from core.kernel.ids import new_id


@pytest.fixture
async def open_turn(context):
    question = Question(1, "C1:1.1", Place("T1", "C1", "1.1", "UANA", False), "Why?")
    async with context.db.transaction() as tx:
        conversation = await store.open_conversation(tx, question, "people")
        return await store.open_turn(tx, new_id(), conversation, question, "people", "Why?")


@pytest.mark.parametrize(
    ("person", "any_person", "stopped"),
    [("UANA", False, 1), ("UCHO", False, 0), ("UCHO", True, 1)],
    ids=["one's own", "another's", "an admin"],
)
async def test_who_may_stop(context, open_turn, person, any_person, stopped):
    count = await stop_turn(
        context,
        event=7,
        channel="C1",
        thread_ts="1.1",
        person_id=person,
        any_person=any_person,
    )
    async with context.db.transaction() as tx:
        state = await store.turn_state(tx, open_turn.turn_id)

    assert count == stopped
    assert state == ("stopping" if stopped else "open")


async def test_a_thread_without_a_turn_has_nothing_to_stop(context):
    where = {"channel": "C9", "thread_ts": "9.9", "person_id": "UANA", "any_person": True}

    assert await stop_turn(context, event=7, **where) == 0


async def test_a_second_try_of_the_same_message_is_the_same_turn(context, open_turn):
    question = Question(2, "C1:1.1", Place("T1", "C1", "1.1", "UANA", False), "Why?")
    async with context.db.transaction() as tx:
        conversation = await store.open_conversation(tx, question, "legal")
        again = await store.open_turn(tx, new_id(), conversation, question, "legal", "Why?")

    assert again.turn_id == open_turn.turn_id
    assert again.taken == open_turn.taken + 1
