"""The client that calls Slack: at the workspace's pace, and never twice when the end is unknown."""

import asyncio
import time

import aiohttp
import asyncpg
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError

from bot.slack.errors import in_our_words
from bot.slack.pacing.pace import Pace
from bot.slack.pacing.patience import waiting_at_most
from bot.slack.pacing.tiers import IN_ONE_CHANNEL, Rate
from bot.slack.pacing.web_client import MOST_TOKENS, PacedWebClient, slack_session, web_client
from core.conversations.ports import CannotPost
from core.kernel.errors import Disconnected, Postponed
from core.kernel.secret import Secret
from core.pacing.model import NotCarriedOut


class Slack:
    """A server that says what it is told to, and remembers who called what."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.answers: list[web.Response | str] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.calls.append((request.path.removeprefix("/api/"), token))
        answer = self.answers.pop(0) if self.answers else web.json_response({"ok": True})
        if answer == "cut":
            request.transport.close()
            return web.Response()
        if isinstance(answer, str):
            return web.json_response({"ok": False, "error": answer})
        return answer


def too_many(seconds: str) -> web.Response:
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": seconds})


@pytest.fixture
async def slack():
    server, app = Slack(), web.Application()
    app.router.add_route("*", "/api/{method}", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield server
    await runner.cleanup()


@pytest.fixture
async def session():
    async with slack_session() as opened:
        yield opened


@pytest.fixture
def client_of(slack, session, database):
    def make(context, token="xoxb-1", on_token_error=None):
        pace = Pace(database, context)
        return web_client(
            session, slack.url, Secret(token), pace=pace, on_token_error=on_token_error
        )

    return make


async def test_a_429_of_an_hour_holds_that_workspace_and_method_for_every_process(
    slack, client_of, new_context
):
    mine, other = await new_context(), await new_context()
    slack.answers = [too_many("3600")]
    with pytest.raises(NotCarriedOut) as refused:
        await client_of(mine).chat_update(channel="C1", ts="1.1", text="a")
    with pytest.raises(NotCarriedOut) as held:
        await client_of(mine).chat_update(channel="C2", ts="1.1", text="b")
    await client_of(mine).chat_delete(channel="C1", ts="1.1")
    await client_of(other).chat_update(channel="C1", ts="1.1", text="c")

    assert refused.value.seconds == 3600
    assert 3000 < held.value.seconds <= 3600
    assert [method for method, _ in slack.calls] == ["chat.update", "chat.delete", "chat.update"]


async def test_a_429_of_a_second_is_waited_out(slack, client_of, context):
    slack.answers = [too_many("1")]
    started = time.monotonic()
    answer = await client_of(context).chat_update(channel="C1", ts="1.1", text="a")

    assert answer["ok"]
    assert len(slack.calls) == 2
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize("seconds", ["soon", "-1", "nan", "1e400"])
async def test_a_retry_after_that_makes_no_sense_is_no_pause_for_ever(
    slack, client_of, context, seconds
):
    slack.answers = [too_many(seconds) for _ in range(3)]
    with waiting_at_most(0.0), pytest.raises(NotCarriedOut) as refused:
        await client_of(context).chat_update(channel="C1", ts="1.1", text="a")

    assert 0 <= refused.value.seconds <= 3600


@pytest.mark.parametrize("ending", ["cut", "internal_error"])
async def test_a_call_of_unknown_end_is_not_repeated(slack, client_of, context, ending):
    slack.answers = [ending]
    with pytest.raises((aiohttp.ClientError, SlackApiError)) as unknown:
        await client_of(context).chat_postMessage(channel="C1", text="once")

    assert unknown.value
    assert len(slack.calls) == 1


# What a proxy on the way says, or a Slack on a bad day: nothing that is a word of Slack's.
UNREADABLE = {
    f"{status} {kind} {body}": (status, kind, body)
    for status in (200, 400, 403, 407, 500, 502)
    for kind, body in (
        ("application/json", "<html>"),
        ("application/json", "[]"),
        ("application/json", "[1]"),
        ("application/json", "null"),
        ("application/json", '"no"'),
        ("text/plain", "no"),
        ("text/html", "<p>no</p>"),
    )
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_what_is_no_word_of_slacks_refuses_nothing_for_good(slack, client_of, context, name):
    status, kind, body = UNREADABLE[name]
    slack.answers = [web.Response(status=status, content_type=kind, text=body)]
    with pytest.raises(Postponed) as passing, in_our_words():
        await client_of(context).users_info(user="U1")

    # It may have been carried out, so a message is looked up before it is posted again.
    assert not isinstance(passing.value, NotCarriedOut)
    assert len(slack.calls) == 1


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_method_that_is_not_there_is_not_asked_for_again(slack, client_of, context, status):
    slack.answers = [web.Response(status=status, content_type="text/html", text="<p>no</p>")]
    with pytest.raises(CannotPost) as refused, in_our_words():
        await client_of(context).users_info(user="U1")

    assert refused.value.reason == f"http_{status}"


async def test_one_channel_gets_two_messages_at_once_and_another_need_not_wait(
    slack, client_of, context, monkeypatch
):
    monkeypatch.setitem(IN_ONE_CHANNEL, "chat.postMessage", Rate(a_minute=1, burst=2))
    api = client_of(context)
    with waiting_at_most(0.0):
        for _ in range(2):
            await api.chat_postMessage(channel="C1", text="a")
        with pytest.raises(NotCarriedOut):
            await api.chat_postMessage(channel="C1", text="b")
        await api.chat_postMessage(channel="C2", text="c")

    assert len(slack.calls) == 3


async def test_what_has_to_wait_for_its_slot_is_said_then(slack, client_of, context, monkeypatch):
    monkeypatch.setitem(IN_ONE_CHANNEL, "chat.postMessage", Rate(a_minute=120, burst=1))
    api, started = client_of(context), time.monotonic()
    for _ in range(2):
        await api.chat_postMessage(channel="C1", text="a")

    assert len(slack.calls) == 2
    assert time.monotonic() - started >= 0.4


async def test_a_database_that_does_not_answer_stops_no_call(slack, client_of, context, admin_dsn):
    admin = await asyncpg.connect(admin_dsn)
    try:
        async with admin.transaction():
            await admin.execute("lock table control.rate_limit")
            async with asyncio.timeout(60):
                await client_of(context).chat_update(channel="C1", ts="1.1", text="a")
    finally:
        await admin.close()

    assert len(slack.calls) == 1


@pytest.mark.parametrize(
    "code", ["invalid_auth", "token_revoked", "account_inactive", "not_authed", "token_expired"]
)
async def test_a_refused_token_is_reported_and_another_one_takes_over(
    slack, client_of, context, code
):
    reported = []

    async def report(code: str) -> PacedWebClient:
        reported.append(code)
        return client_of(context, token="xoxb-2")

    slack.answers = [code]
    await client_of(context, on_token_error=report).users_info(user="U1")

    assert reported == [code]
    assert slack.calls == [("users.info", "xoxb-1"), ("users.info", "xoxb-2")]


async def test_where_no_other_token_is_to_be_had_the_workspace_is_disconnected(
    slack, client_of, context
):
    async def cannot(code: str) -> PacedWebClient:
        raise Disconnected("none")

    slack.answers = ["token_revoked"]
    with pytest.raises(Disconnected):
        await client_of(context, on_token_error=cannot).users_info(user="U1")

    assert len(slack.calls) == 1


async def test_tokens_that_are_all_refused_are_not_tried_for_ever(slack, client_of, context):
    async def another(code: str) -> PacedWebClient:
        return client_of(context, token="xoxb-2", on_token_error=another)

    slack.answers = ["token_expired"] * 20
    with pytest.raises(Disconnected):
        await client_of(context, on_token_error=another).users_info(user="U1")

    assert len(slack.calls) == MOST_TOKENS
