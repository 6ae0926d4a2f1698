"""An answer that cannot be put in its place: the person gets it, or at least nobody tries for ever."""

import aiohttp
import pytest

from core.conversations.model import Outgoing
from core.conversations.notices.tell_person import tell_person
from core.conversations.outbox import post
from core.conversations.ports import CannotPost
from core.conversations.turns.abandon_turn import abandon_turn
from core.kernel.errors import Disconnected, Postponed
from tests.integration.delivery.asked import LAST_WORDS, ask
from tests.scenario.tools.obedient import obedient_stage
from tests.scenario.tools.test_approvals import states

GENERAL = "#general"
POSTING = ("chat.startStream", "chat.postMessage")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("is_archived", "archived"),
        ("channel_not_found", "gone"),
        ("not_in_channel", "/invite"),
        ("restricted_action_thread_locked", "I may not"),
        ("thread_not_found", "thread is gone"),
        ("cannot_reply_to_message", "Nobody can reply"),
        ("something_new", "something_new"),
    ],
)
async def test_the_answer_goes_to_the_persons_direct_message(stage, http, code, reason):
    asked = await ask(stage, http, GENERAL, "@AEGIS on which hook does bicycle number 3 hang?")
    for method in POSTING:
        stage.sandbox.refuse(method, code)
    await asked.run()
    why, answer = await asked.said("dm")
    state, kept = await asked.turn()

    assert reason in why["text"]
    assert LAST_WORDS in str(answer)
    assert answer["thread_ts"] == why["ts"]
    assert state == "done"
    assert "hook 3" in kept
    assert await asked.said() == []


async def test_where_no_card_can_ask_for_a_yes_the_answer_names_none(stage_with):
    """What was wanted is not done, and the person is told that in place of a card that is nowhere."""
    async with (
        obedient_stage(stage_with, works=False) as (stage, _),
        aiohttp.ClientSession(stage.sandbox.url) as http,
    ):
        order = 'please ORDER save_to_knowledge {"title": "Plan", "text": "Buy hooks."}'
        asked = await ask(stage, http, GENERAL, f"@AEGIS {order}")
        for method in POSTING:
            stage.sandbox.refuse(method, "is_archived")
        await asked.run()
        answer = str(await asked.said("dm"))
        state = (await states(stage), (await asked.turn())[0])
        await asked.forget_mail()

    assert "I could not ask for it there" in answer
    assert "the card below" not in answer
    assert state == (["failed"], "done")


async def test_what_was_half_said_when_the_channel_went_is_whole_in_the_direct_message(stage, http):
    asked = await ask(stage, http, GENERAL, "@AEGIS on which hook does bicycle number 3 hang?")
    for method in ("chat.appendStream", "chat.stopStream", "chat.update"):
        stage.sandbox.refuse(method, "is_archived")
    await asked.run()
    answers = [m for m in await asked.said("dm") if LAST_WORDS in str(m)]

    assert len(answers) == 1
    assert (await asked.turn())[0] == "done"


@pytest.mark.parametrize("code", ["messages_tab_disabled", "cannot_dm_bot"])
async def test_where_nothing_can_be_said_the_turn_is_closed_with_the_reason(stage, http, code):
    asked = await ask(stage, http)
    for method in (*POSTING, "conversations.open"):
        stage.sandbox.refuse(method, code, times=9)
    await asked.run()
    await asked.run()  # a later event of the same message finds it closed
    reasons = {reason for state, reason in (await asked.outbox()).values() if state == "failed"}

    assert (await asked.turn())[0] == "failed"
    assert reasons == {code}


async def test_a_missing_scope_is_named_and_the_owner_told_once(stage, http):
    asked = await ask(stage, http, GENERAL, "@AEGIS on which hook does bicycle number 3 hang?")
    async with asked.context.db.transaction() as tx:
        await tx.execute(
            "insert into person (person_id, standing) values ($1, 'owner')"
            " on conflict (person_id) do update set standing = 'owner'",
            stage.person_id("cho"),
        )
    stage.sandbox.refuse("chat.startStream", "is_archived")
    # The first may be about the name under which it is posted, which is given up.
    stage.sandbox.refuse("chat.postMessage", "missing_scope", times=2)
    await asked.run()
    async with asked.context.db.transaction() as tx:
        notices = await tx.fetch("select payload from inbox_event where kind = 'task'")

    assert ["scope" in notice["payload"] for notice in notices] == [True]
    assert "right" in (await asked.said("dm"))[0]["text"]
    remedy = stage.product.clients.notices.remedy()
    assert remedy in (await asked.said("dm"))[0]["text"]
    assert remedy in notices[0]["payload"]


async def test_a_post_that_was_refused_for_good_is_not_tried_again(stage, http):
    asked = await ask(stage, http)
    staff, message = stage.product.services.staff, Outgoing(asked.question.place.channel, "Once")
    stage.sandbox.refuse("chat.postMessage", "is_archived")
    for _ in range(2):
        with pytest.raises(CannotPost) as refused:
            await post(asked.context, staff.messenger, message, key="reply:x")
        assert refused.value.reason == "is_archived"

    assert (await asked.outbox())["reply:x"] == ("failed", "is_archived")
    assert await asked.said() == []


async def test_a_post_that_was_surely_not_made_waits_and_is_not_looked_up(stage, http):
    asked = await ask(stage, http)
    staff, message = stage.product.services.staff, Outgoing(asked.question.place.channel, "Once")
    stage.sandbox.refuse("chat.postMessage", "ratelimited", retry_after_s=30)
    with pytest.raises(Postponed):
        await post(asked.context, staff.messenger, message, key="reply:x")

    assert (await asked.outbox())["reply:x"] == ("waiting", None)


@pytest.fixture
async def alone(stage, http):
    """A question in a channel, and what only its person is to read there."""
    asked = await ask(stage, http, GENERAL, "@AEGIS hello")
    place = asked.question.place
    return asked, Outgoing(place.channel, "Not you.", only_for=place.person_id)


async def test_what_one_person_sees_is_shown_twice_at_most_and_not_told_elsewhere(stage, alone):
    """Whether it was shown cannot be looked up: it was repeated for as long as Slack was ill."""
    asked, message = alone
    messenger, person = stage.product.services.staff.messenger, asked.question.place.person_id
    stage.sandbox.refuse("chat.postEphemeral", "internal_error", times=9)
    for _ in range(2):
        with pytest.raises(Postponed):
            await tell_person(asked.context, messenger, message, person, key="reply:x")
    told = [
        await tell_person(asked.context, messenger, message, person, key="reply:x")
        for _ in range(2)
    ]

    assert told == [False, False]
    assert stage.sandbox.web_api.refusals["chat.postEphemeral"].times == 7
    assert await asked.outbox() == {"reply:x": ("failed", "unknown")}
    assert await asked.said("dm") == []


async def test_what_one_person_sees_is_owed_while_slack_surely_has_not_shown_it(stage, alone):
    asked, message = alone
    messenger = stage.product.services.staff.messenger
    stage.sandbox.refuse("chat.postEphemeral", "token_revoked", times=3)
    for _ in range(3):
        with pytest.raises(Disconnected):
            await post(asked.context, messenger, message, key="reply:x")

    assert (await asked.outbox())["reply:x"] == ("waiting", None)


async def test_a_turn_that_is_given_up_does_not_stay_open(stage, http):
    asked = await ask(stage, http)
    stage.sandbox.refuse("chat.startStream", "internal_error", times=9)
    stage.sandbox.refuse("chat.postMessage", "internal_error", times=9)
    with pytest.raises(Postponed):
        await asked.run()
    staff = stage.product.services.staff
    first = await abandon_turn(asked.context, staff, asked.question.event_key)
    second = await abandon_turn(asked.context, staff, asked.question.event_key)

    assert (first, second) == (True, False)
    assert (await asked.turn())[0] == "failed"
    assert {state for state, _ in (await asked.outbox()).values()} == {"failed"}
