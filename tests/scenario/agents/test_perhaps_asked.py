"""A question is put where it was asked, and Slack does not say whether it took it."""

import pytest

from handlers.blocks.answers.asking import ASK_ABOUT, ASK_FORM
from handlers.blocks.questions import PERHAPS_ASKED
from tests.scenario.agents.forms import ASKED, filled_in
from tests.scenario.agents.seen import channel_of, direct_of, leave, messages_in, read_in

RANDOM = {"in": "#random"}


@pytest.fixture
def unknown(staffed):
    """The next message may have been made or not, and nobody may look."""
    staffed.sandbox.refuse("chat.postMessage", "internal_error")
    for method in ("conversations.history", "conversations.replies"):
        staffed.sandbox.refuse(method, "missing_scope", times=9)


async def turns_of(staffed):
    async with staffed.tenants["northwind"].db.transaction() as tx:
        return await tx.fetchval("select count(*) from turn")


async def test_a_command_whose_question_may_stand_there_asks_it_nowhere_else(
    staffed, person, unknown
):
    await person("command", "ben", text=f"/ask {ASKED}", **RANDOM)

    [told] = messages_in(staffed, channel_of(staffed, "random"))
    assert (told.text, told.ephemeral_to) == (PERHAPS_ASKED, staffed.person_id("ben"))
    assert not any(ASKED in text for text in read_in(staffed, direct_of(staffed, "ben")))
    assert await turns_of(staffed) == 0


async def test_a_form_whose_question_may_stand_there_asks_it_nowhere_else(staffed, person, unknown):
    message = await person("say", "cho", text="A new supplier?", **RANDOM)
    await person("shortcut", "ben", callback_id=ASK_ABOUT, ts=message["ts"], **RANDOM)
    values = filled_in(where="thread")
    await person("view", "ben", callback_id=ASK_FORM, values=values)

    said = read_in(staffed, direct_of(staffed, "ben"))
    assert PERHAPS_ASKED in said
    assert not any(ASKED in text for text in said)
    assert await turns_of(staffed) == 0


async def test_a_command_that_answers_in_the_direct_message_says_why(staffed, person):
    leave(staffed, channel_of(staffed, "random"))
    await person("command", "ben", text=f"/ask {ASKED}", **RANDOM)

    root, *_ = read_in(staffed, direct_of(staffed, "ben"))
    assert root.startswith("I answer here, because the channel is closed to me. I am not in that")
    assert root.endswith(ASKED)
