"""“Why this answer?” on a message, over the wire; and how answers are rated."""

import re

import pytest

from core.conversations.review.explain_answer import explain_answer
from core.conversations.review.rate_answer import rate_answer
from core.gateway.usage.inspection.find_shown import READ
from core.kernel.errors import NotFound
from handlers.blocks.review.rating import RATE, WHY
from handlers.blocks.review.shown import SHOWN
from tests.integration.worker.queueing import until_drained
from tests.scenario.agents.forms import opened
from tests.scenario.agents.seen import comes_in, direct_of, ratings_of, workspace_of
from tests.stage import spoken

BELOW = f"{RATE}.below"
ASKS = '- {workspace: northwind, person: ben, in: "#general", say: "@AEGIS who approves a new supplier?"}'


@pytest.fixture
async def answered(staffed):
    """An answer in a channel: its channel, its message, and its turn, which is over."""
    await staffed.play(ASKS)
    await until_drained(staffed.product.services.database, staffed.tenants["northwind"])
    async with staffed.tenants["northwind"].db.transaction() as tx:
        row = await tx.fetchrow(
            "select channel, message_ts, split_part(key, ':', 2) as turn from outbox_message"
            " where starts_with(key, 'answer:')"
        )
    return dict(row)


def buttons_of(view):
    rows = [block["elements"] for block in view["blocks"] if block["type"] == "actions"]
    return {button["action_id"] for row in rows for button in row}


def words_of(view):
    return "\n".join(block["text"]["text"] for block in view["blocks"] if "text" in block)


async def test_whoever_sees_an_answer_is_told_why_it_is_so(staffed, person, answered):
    await person(
        "shortcut", "cho", callback_id=WHY, ts=answered["message_ts"], **{"in": "#general"}
    )

    words = words_of(opened(staffed, "cho"))
    assert "with the profile it came with" in words
    assert "Purchasing.md" in words
    assert "offline" in words
    assert "from question to end" in words
    assert re.search(r"Purchasing\.md.* · score [01]\.\d{3}\n", words)
    assert "• Why this model: the operator's order" in words


async def test_a_call_of_a_tool_is_told_with_its_row_of_the_audit_log(company):
    async with company() as (stage, act, _):
        order = 'ORDER who_is_who {"name": ""}'
        await stage.play(
            f"- {{workspace: northwind, person: ben, in: '#random', say: '@AEGIS {order}'}}\n- wait: 'Done as told'\n"
        )
        await until_drained(stage.product.services.database, stage.tenants["northwind"])
        async with stage.tenants["northwind"].db.transaction() as tx:
            ts = await tx.fetchval(
                "select message_ts from outbox_message where starts_with(key, 'answer:')"
            )
            row = await tx.fetchval(
                "select max(seq) from audit_event where action = 'gateway:tool:call'"
            )
        assert row is not None
        await act("shortcut", "cho", callback_id=WHY, ts=ts, **{"in": "#random"})

        assert re.search(
            rf"Tool \*who_is_who\*: done · .* · audit row {row}\n", words_of(opened(stage, "cho"))
        )


async def test_an_answer_from_before_scores_were_kept_is_explained_too(staffed, person, answered):
    async with staffed.tenants["northwind"].db.transaction() as tx:
        await tx.execute(
            "update turn set sources = (select jsonb_agg(one - 'score')"
            " from jsonb_array_elements(sources) as one)"
        )
    await person(
        "shortcut", "cho", callback_id=WHY, ts=answered["message_ts"], **{"in": "#general"}
    )

    words = words_of(opened(staffed, "cho"))
    assert "Purchasing.md" in words
    assert "score" not in words


async def press_shown(staffed, person, answered, who):
    """As the button in the window is pressed; whether it is there or not."""
    value = f"shown:{answered['turn']}:{answered['channel']}"
    await person("click", who, action_id=SHOWN, value=value)


async def test_an_admin_reads_what_the_model_saw_word_for_word_and_it_is_on_record(
    staffed, person, answered
):
    await person(
        "shortcut", "ana", callback_id=WHY, ts=answered["message_ts"], **{"in": "#general"}
    )
    assert buttons_of(opened(staffed)) >= {SHOWN}
    await press_shown(staffed, person, answered, "ana")

    view = opened(staffed)
    assert view["title"]["text"] == "What the model saw"
    assert {block["text"]["type"] for block in view["blocks"]} == {"plain_text"}
    assert "who approves a new supplier?" in words_of(view)
    assert "A new supplier is approved by the head of purchasing" in words_of(view)
    async with staffed.tenants["northwind"].db.transaction() as tx:
        rows = await tx.fetch(
            "select outcome from audit_event where action = $1 order by seq", READ
        )
    assert [row["outcome"] for row in rows] == ["attempt", "done"]


@pytest.mark.parametrize("elsewhere", ["C0ELSEWHERE", "#random", "dm"])
async def test_an_admin_reads_nothing_of_an_answer_from_where_it_does_not_stand(
    staffed, person, answered, elsewhere
):
    """Nor from where they are themselves."""
    there = workspace_of(staffed).find_channel(elsewhere, ana_of(staffed))
    value = f"shown:{answered['turn']}:{there.id if there else elsewhere}"
    await person(
        "shortcut", "ana", callback_id=WHY, ts=answered["message_ts"], **{"in": "#general"}
    )
    before = opened(staffed)
    await person("click", "ana", action_id=SHOWN, value=value)

    assert opened(staffed) == before
    async with staffed.tenants["northwind"].db.transaction() as tx:
        assert not await tx.fetchval("select count(*) from audit_event where action = $1", READ)


def ana_of(staffed):
    return workspace_of(staffed).find_person("ana")


async def test_an_answer_that_went_into_ones_direct_message_is_explained_to_nobody_else(
    staffed, answered
):
    """The channel was closed to us, so it stands where its asker alone reads."""
    tenant, readers = staffed.tenants["northwind"], staffed.product.services.staff.readers
    direct = direct_of(staffed, "ben").id
    async with tenant.db.transaction() as tx:
        await tx.execute(
            "update outbox_message set key = replace(key, 'answer:', 'direct:'), channel = $1"
            " where starts_with(key, 'answer:')",
            direct,
        )
    at = {"channel": direct}
    ben, ana = staffed.person_id("ben"), staffed.person_id("ana")
    assert await explain_answer(tenant, readers, answered["message_ts"], person_id=ben, **at)
    with pytest.raises(NotFound):
        await explain_answer(tenant, readers, answered["message_ts"], person_id=ana, **at)


async def test_a_member_is_not_offered_it_and_not_shown_it_and_the_try_is_on_record(
    staffed, person, answered
):
    await person(
        "shortcut", "cho", callback_id=WHY, ts=answered["message_ts"], **{"in": "#general"}
    )
    before = opened(staffed, "cho")
    assert SHOWN not in buttons_of(before)
    await press_shown(staffed, person, answered, "cho")

    assert opened(staffed, "cho") == before
    async with staffed.tenants["northwind"].db.transaction() as tx:
        row = await tx.fetchrow("select actor, outcome from audit_event where action = $1", READ)
    assert dict(row) == {"actor": staffed.person_id("cho"), "outcome": "refused"}


async def test_of_another_message_nothing_is_told(staffed, person):
    said = await person("say", **{"in": "#general"}, text="Lunch at one?")
    await person("shortcut", callback_id=WHY, ts=said["ts"], **{"in": "#general"})

    assert opened(staffed) is None


async def test_a_guest_is_not_told_why(staffed, person, answered):
    comes_in(staffed, "gil", "general")
    await person(
        "shortcut", "gil", callback_id=WHY, ts=answered["message_ts"], **{"in": "#general"}
    )

    assert opened(staffed, "gil") is None


async def test_a_rating_counts_once_and_stands_where_the_answer_stands(staffed, answered):
    tenant, turn, place = staffed.tenants["northwind"], answered["turn"], answered["channel"]

    assert await rate_answer(tenant, turn, "bad", person_id="U1", channel=place)
    assert not await rate_answer(tenant, turn, "bad", person_id="U1", channel=place)
    with pytest.raises(NotFound):
        await rate_answer(tenant, turn, "good", person_id="U1", channel="D0ELSEWHERE")
    with pytest.raises(NotFound):
        await explain_answer(
            tenant,
            staffed.product.services.staff.readers,
            answered["message_ts"],
            person_id="U1",
            channel="C0ELSEWHERE",
        )
    ratings = await ratings_of(staffed)
    assert [(one.good, one.bad) for one in ratings.tallies] == [(0, 1)]
    assert [one.channel for one in ratings.bad] == [place]


async def test_below_an_answer_stand_buttons_that_count_once_for_it(staffed, person, answered):
    place, ts = {"in": "#general"}, answered["message_ts"]
    for _ in range(2):
        await person("click", "cho", **place, ts=ts, action_id=BELOW, value="bad")

    ratings = await ratings_of(staffed)
    assert [(one.good, one.bad) for one in ratings.tallies] == [(0, 1)]
    await person("click", "ben", **place, ts=ts, action_id=BELOW, value="good")
    ratings = await ratings_of(staffed)
    assert [(one.good, one.bad) for one in ratings.tallies] == [(1, 0)]


async def test_a_guest_rates_nothing(staffed, person, answered):
    ts = answered["message_ts"]
    comes_in(staffed, "gil", "general")
    await person("click", "gil", **{"in": "#general"}, ts=ts, action_id=BELOW, value="bad")

    assert (await ratings_of(staffed)).tallies == ()


async def test_a_server_without_such_buttons_gets_the_answer_and_its_sources(staffed):
    staffed.sandbox.refuse("chat.stopStream", "invalid_blocks")
    lines = await staffed.play(ASKS)

    assert "Purchasing.md" in spoken(lines, "stream_stop")
    assert "feedback_buttons" not in str(lines)


async def test_what_was_asked_in_private_is_counted_and_not_shown(staffed):
    tenant = staffed.tenants["northwind"]
    await staffed.play(
        '- {workspace: northwind, person: ben, in: dm, say: "who approves a new supplier?"}'
    )
    async with tenant.db.transaction() as tx:
        row = await tx.fetchrow(
            "select t.turn_id, t.person_id, c.channel from turn t"
            " join conversation c on c.id = t.conversation_id"
        )
    await rate_answer(
        tenant, row["turn_id"], "bad", person_id=row["person_id"], channel=row["channel"]
    )

    ratings = await ratings_of(staffed)
    assert [(one.good, one.bad) for one in ratings.tallies] == [(0, 1)]
    assert ratings.bad == ()


async def test_only_admins_read_the_ratings(staffed, answered):
    tenant = staffed.tenants["northwind"]
    await rate_answer(tenant, answered["turn"], "good", person_id="U1", channel=answered["channel"])
    lines = await staffed.play(
        """
        - {workspace: northwind, person: ben, in: dm, command: "/aegis feedback"}
        - {person: ana, command: "/aegis feedback"}
        """
    )

    assert "is for admins and owners" in lines[0]["text"]
    assert "1 good, 0 bad" in spoken(lines)
