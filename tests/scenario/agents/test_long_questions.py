"""People paste first and ask last: what is not read of a long message, its author is told."""

import pytest

from tests.integration.worker.queueing import is_true, until, until_drained
from tests.scenario.agents.forms import ASKED
from tests.scenario.agents.seen import channel_of, direct_of, messages_in, read_in

PASTED = "The minutes of the meeting go on and on. " * 250
LEFT_OUT = "I left out 2,"


async def question_of(staffed):
    async with staffed.tenants["northwind"].db.transaction() as tx:
        return await tx.fetchval("select question from turn")


@pytest.mark.parametrize(("where", "mention"), [("dm", ""), ("#random", "@AEGIS ")])
async def test_a_message_that_is_too_long_is_answered_by_its_end_and_that_is_said(
    staffed, person, where, mention
):
    said = await person("say", "ben", text=f"{mention}{PASTED}{ASKED}", **{"in": where})

    place = direct_of(staffed, "ben") if where == "dm" else channel_of(staffed, "random")
    await until(is_true(lambda: messages_in(staffed, place)))
    await until_drained(staffed.product.services.database, staffed.tenants["northwind"])
    told, *_ = read_in(staffed, place)
    assert LEFT_OUT in told
    assert {one.thread for one in messages_in(staffed, place)} == {said["ts"]}
    question = await question_of(staffed)
    assert question.startswith("The minutes of the meeting")
    assert question.endswith(ASKED)


async def test_a_command_that_is_too_long_is_answered_by_its_end_and_that_is_said(staffed, person):
    await person("command", "ben", text=f"/ask {PASTED}{ASKED}", **{"in": "#random"})

    told = [one for one in messages_in(staffed, channel_of(staffed, "random")) if one.ephemeral_to]
    assert LEFT_OUT in told[0].text
    assert (await question_of(staffed)).endswith(ASKED)
