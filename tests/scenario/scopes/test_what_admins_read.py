"""Admins read what was asked in vain, or answered badly, where everybody might have read it."""

import pytest

from core.conversations.gaps.list_gaps import ACTION as GAPS
from core.conversations.review.list_ratings import ACTION as RATINGS
from core.conversations.review.rate_answer import rate_answer
from tests.scenario.agents.seen import channel_of, direct_of, goes_out, read_in

IN_VAIN = "how much severance does Cho Tanaka get on Friday?"


@pytest.fixture
def typing(furnished, person):
    """What the app says to somebody who types a command in their direct message."""

    async def type_in(who, words):
        channel = direct_of(furnished, who)
        before = len(read_in(furnished, channel))
        await person("command", who, text=words, **{"in": "dm"})
        return "\n".join(read_in(furnished, channel)[before:])

    return type_in


async def rows(stage, action):
    async with stage.tenants["northwind"].db.transaction() as tx:
        found = await tx.fetch(
            "select actor, outcome from audit_event where action = $1 order by seq", action
        )
    return [tuple(row) for row in found]


async def test_what_was_asked_in_a_private_channel_is_told_by_who_asked_and_by_nobody_else(
    asking, furnished, typing, person
):
    goes_out(furnished, "ana", "leadership")
    await asking("ben", "leadership", IN_VAIN)
    page = await typing("ana", "/aegis gaps")
    assert "severance" not in page
    assert "1 question was asked" in page

    assert "severance" in await typing("ben", "/aegis gaps")
    own = direct_of(furnished, "ben")
    card = list(own.messages.values())[-1]
    await person("click", "ben", ts=card.ts, text="Tell the admins", **{"in": "dm"})
    assert "severance" in await typing("ana", "/aegis gaps")


@pytest.mark.parametrize("silent", [False, True])
async def test_what_was_asked_in_a_public_channel_is_read_unless_nobody_says_that_it_is_one(
    asking, furnished, typing, silent
):
    if silent:
        furnished.sandbox.refuse("conversations.info", "fatal_error", times=99)
    await asking("ben", "general", IN_VAIN)

    assert ("severance" in await typing("ana", "/aegis gaps")) is not silent


async def test_who_reads_what_was_asked_in_vain_is_on_record(asking, furnished, typing):
    await asking("ben", "general", IN_VAIN)
    await typing("ana", "/aegis gaps")
    await typing("ben", "/aegis gaps")

    assert await rows(furnished, GAPS) == [(furnished.person_id("ana"), "done")]


@pytest.mark.parametrize(
    ("place", "silent", "is_read"),
    [("general", False, True), ("general", True, False), ("leadership", False, False)],
)
async def test_of_bad_answers_only_those_of_public_channels_are_read(
    asking, furnished, typing, place, silent, is_read
):
    await asking("ben", place, IN_VAIN)
    tenant, channel = furnished.tenants["northwind"], channel_of(furnished, place).id
    async with tenant.db.transaction() as tx:
        turn = await tx.fetchval("select turn_id from turn")
    await rate_answer(tenant, turn, "bad", person_id=furnished.person_id("ben"), channel=channel)
    if silent:
        furnished.sandbox.refuse("conversations.info", "fatal_error", times=99)
    page = await typing("ana", "/aegis feedback")

    assert "1 bad" in page
    assert ("severance" in page) is is_read
    assert await rows(furnished, RATINGS) == [(furnished.person_id("ana"), "done")]
