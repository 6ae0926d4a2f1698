"""Slack is away or busy for a while: what was to be said is kept, and said when it is back."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from bot.slack.pacing.pace import Pace
from bot.slack.pacing.tiers import TIERS
from core.conversations.model import Outgoing
from core.conversations.outbox import respond
from core.kernel.errors import Postponed
from core.pacing.model import NotCarriedOut
from handlers.blocks.rendered import Rendered
from handlers.replying import answer_privately
from tests.integration.delivery.asked import LAST_WORDS, RULES, ask

AWAY = (
    "chat.startStream",
    "chat.appendStream",
    "chat.stopStream",
    "chat.postMessage",
    "chat.update",
)


@pytest.mark.parametrize("half_said", [True, False])
async def test_the_model_is_asked_once_and_the_answer_shown_when_slack_is_back(
    stage, http, half_said
):
    asked = await ask(stage, http)
    for method in AWAY[half_said:]:
        stage.sandbox.refuse(method, "service_unavailable", times=99)
    with pytest.raises(Postponed):
        await asked.run()
    with pytest.raises(Postponed):
        await asked.run()
    state, kept = await asked.turn()
    stage.sandbox.web_api.refusals.clear()
    await asked.run()
    [message] = await asked.said()
    async with asked.context.db.transaction() as tx:
        searches = await tx.fetchval(
            "select count(*) from audit_event where action = 'knowledge:documents:search'"
            " and outcome = 'done'"
        )

    assert state == "answered"
    assert LAST_WORDS in kept
    assert LAST_WORDS in str(message)
    assert not message["streaming"]
    assert (await asked.turn())[0] == "done"
    assert searches == 1


async def test_without_a_slot_for_a_stream_the_answer_is_posted_at_once(stage, http):
    asked = await ask(stage, http)
    pace = Pace(stage.product.storage.database, asked.context)
    for _ in range(TIERS[2].burst):
        await pace.wait_for_slot("chat.startStream", None, 0.0)
    with pytest.raises(NotCarriedOut):
        await pace.wait_for_slot("chat.startStream", None, 0.0)
    async with asyncio.timeout(30):
        await asked.run()
    [message] = await asked.said()

    assert LAST_WORDS in str(message)
    assert message["metadata"]["event_payload"]["key"].startswith("answer:")


@pytest.mark.parametrize(("free", "calls"), [(0, 0), (1, 2)], ids=["busy", "one free"])
async def test_a_status_line_is_left_out_when_slack_is_busy_and_what_was_shown_is_taken_away(
    stage, http, free, calls
):
    asked = await ask(stage, http)
    pace = Pace(stage.product.storage.database, asked.context)
    for _ in range(TIERS[3].burst - free):
        await pace.wait_for_slot("agents.sessions.setStatus", None, 0.0)
    stage.sandbox.refuse("agents.sessions.setStatus", "internal_error", times=9)
    await asked.run()

    assert 9 - stage.sandbox.web_api.refusals["agents.sessions.setStatus"].times == calls
    assert (await asked.turn())[0] == "done"


async def test_many_questions_at_once_are_all_answered_and_slack_need_not_say_429(
    stage_with, caplog
):
    asks = "\n".join(
        "- {workspace: northwind, person: ana, in: dm, answer: false,"
        f" say: 'On which hook does bicycle number {n} hang?'}}"
        for n in range(1, 9)
    )
    async with stage_with() as stage, aiohttp.ClientSession(stage.sandbox.url) as http:
        await stage.add_document("northwind", "Rules.md", RULES)
        async with http.put("/sandbox/faults", json={"rate_limits": True}) as answer:
            assert answer.status == 200
        await stage.play(asks)
        async with asyncio.timeout(60):
            while await _open_turns(stage):  # noqa: ASYNC110 - another task closes them
                await asyncio.sleep(0.1)

    # Paced by the database's clock: on a machine that is busy two calls may arrive closer together.
    assert caplog.text.count("Slack said 429") <= 1


async def _open_turns(stage):
    async with stage.tenants["northwind"].db.transaction() as tx:
        return await tx.fetchval("select count(*) < 8 from turn where state = 'done'")


class ResponseUrl:
    """Where a command is answered: takes the answer and says what it is told to."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.statuses: list[
            int | None
        ] = []  # None: the connection is cut after the answer was taken

    async def handle(self, request: web.Request) -> web.Response:
        self.words.append((await request.json())["text"])
        status = self.statuses.pop(0) if self.statuses else 200
        if status is None:
            request.transport.close()
            return web.Response()
        return web.Response(status=status)


@pytest.fixture
async def answered(stage):
    """A messenger whose Slack has that address, and the address."""
    place, app = ResponseUrl(), web.Application()
    app.router.add_post("/commands/x", place.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    stage.product.clients.base_url = f"{url}/api/"
    yield stage.product.services.staff.messenger, f"{url}/commands/x", place
    await runner.cleanup()


@pytest.fixture
def say(stage, answered):
    context, (messenger, url, _) = stage.tenants["northwind"], answered

    async def to_command(text="Done.", key="command:1"):
        return await respond(context, messenger, url, Outgoing("C1", text), key=key)

    return to_command


async def test_an_answer_to_a_command_is_given_once_and_another_one_too(say, answered):
    place = answered[2]
    said = [await say(), await say(), await say("And more.")]

    assert said == [True, True, True]
    assert place.words == ["Done.", "And more."]


async def test_an_answer_of_unknown_end_is_repeated_once_and_no_more(say, answered):
    place = answered[2]
    place.statuses = [None, None, None]
    for _ in range(2):
        with pytest.raises(Postponed):
            await say()

    # Most likely it was shown: set down as failed, and nobody says it elsewhere.
    assert [await say(), await say()] == [True, True]
    assert place.words == ["Done.", "Done."]


async def test_an_answer_of_unknown_end_does_not_come_as_a_direct_message_too(
    stage, http, answered
):
    _, url, place = answered
    asked = await ask(stage, http, "#general", "@AEGIS hello")
    place.statuses = [None, None]

    async def answer():
        person = asked.question.place.person_id
        await answer_privately(
            stage.product.services,
            asked.context,
            Rendered("Done.", []),
            response_url=url,
            person_id=person,
            key="command:1",
        )

    for _ in range(2):
        with pytest.raises(Postponed):
            await answer()
    stage.product.clients.base_url = f"{stage.sandbox.url}/api/"  # where a direct message would be
    await answer()

    assert place.words == ["Done.", "Done."]
    assert [reason for _, reason in (await asked.outbox()).values()] == ["unknown"]


async def test_an_answer_that_slack_was_too_busy_for_is_owed_until_it_is_taken(say, answered):
    place = answered[2]
    place.statuses = [503, 429, 500, 503]
    for _ in range(4):
        with pytest.raises(NotCarriedOut):
            await say()

    assert await say() is True


async def test_an_address_that_is_used_up_is_not_asked_again(say, answered):
    place = answered[2]
    place.statuses = [404]

    assert [await say(), await say()] == [False, False]
    assert place.words == ["Done."]
