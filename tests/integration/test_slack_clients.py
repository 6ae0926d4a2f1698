"""Where tokens go, and what a refusal of Slack's is taken for."""

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError

from bot.slack.clients import SlackClients
from bot.slack.directory import standing_of
from bot.slack.errors import error_code, is_not_served, is_passing
from bot.slack.files.downloads import SlackFiles
from bot.slack.pacing.web_client import slack_session
from core.conversations.model import Outgoing
from core.kernel.errors import Invalid, Postponed, Unavailable
from core.kernel.secret import Secret
from core.tenancy.recognize_person import recognize_person


@pytest.fixture
async def server():
    """Answers every method under its name: `text404`, `html503`, `cookie`, …"""
    seen: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request)
        kind = request.path.rsplit("/", 1)[1]
        if kind.startswith("text"):
            return web.Response(status=int(kind[4:]), text="not here")
        if kind.startswith("html"):
            return web.Response(status=int(kind[4:]), text="<p>no", content_type="text/html")
        response = web.json_response({"ok": True})
        response.set_cookie("b", "of-this-tenant")
        return response

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/", seen
    await runner.cleanup()


@pytest.fixture
async def clients(database, server):
    async with slack_session() as session:
        yield SlackClients(database, session, server[0])


async def test_nothing_in_the_environment_decides_where_tokens_go(
    clients, monkeypatch, unused_tcp_port
):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_tcp_port}")
    api = clients.api(Secret("xoxb-1"))

    assert (await api.api_call("auth.test"))["ok"]


async def test_a_cookie_of_one_tenants_call_is_not_sent_with_anothers(clients, server):
    _, seen = server
    await clients.api(Secret("xoxb-1")).api_call("cookie")
    await clients.api(Secret("xoxb-2")).api_call("cookie")

    assert "Cookie" not in seen[-1].headers


@pytest.mark.parametrize(
    ("kind", "code", "not_served", "passing"),
    [
        ("text404", "http_404", True, False),
        ("html404", "http_404", True, False),
        ("html503", "http_503", False, True),
    ],
)
async def test_a_refusal_that_is_not_json_is_understood(clients, kind, code, not_served, passing):
    with pytest.raises(SlackApiError) as caught:
        await clients.api(Secret("xoxb-1")).api_call(kind)

    assert error_code(caught.value) == code
    assert is_not_served(caught.value) is not_served
    assert is_passing(caught.value) is passing


@pytest.mark.parametrize(
    "url",
    [
        "https://files.slack.com@evil.example/x",
        "https://files.slack.com.evil.example/x",
        "https://files.slack.com:8443/x",
        "https://user@files.slack.com/x",
        "https://evil.example\\@files.slack.com/x",
        "http://files.slack.com/x",
        "https://[files.slack.com/x",
        "file:///etc/passwd",
        "",
    ],
)
async def test_the_token_is_sent_to_slacks_file_host_alone(clients, context, url):
    async with aiohttp.ClientSession() as session:
        files = SlackFiles(clients, session, frozenset({"files.slack.com"}))
        with pytest.raises(Invalid):
            await files.fetch(context, url, size=None, limit=10)


async def test_a_redirect_does_not_lead_the_token_away(stage, server):
    url, seen = server

    async def redirects(request: web.Request) -> web.Response:
        raise web.HTTPFound(url + "stolen")

    app = web.Application()
    app.router.add_get("/f", redirects)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host = f"127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as session:
        files = SlackFiles(stage.product.clients, session, frozenset({host}))
        with pytest.raises(Invalid):
            await files.fetch(stage.tenants["northwind"], f"http://{host}/f", size=None, limit=10)
    await runner.cleanup()

    assert seen == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", "Sign in to your workspace"),
        ("application/pdf", "\n<!DOCTYPE html><title>Sign in | Slack</title>"),
    ],
)
async def test_a_page_to_sign_in_on_is_no_file_where_slack_says_no_size(stage, kind, body):
    async def page(request: web.Request) -> web.Response:
        return web.Response(text=body, content_type=kind)

    app = web.Application()
    app.router.add_get("/f", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host = f"127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as session:
        files = SlackFiles(stage.product.clients, session, frozenset({host}))
        context, url = stage.tenants["northwind"], f"http://{host}/f"
        with pytest.raises(Invalid, match="not that file"):
            await files.fetch(context, url, size=None, limit=1_000)
        assert await files.fetch(context, url, size=len(body), limit=1_000) == body.encode()
    await runner.cleanup()


@pytest.mark.parametrize(
    "url", ["https://hooks.slack.com@evil.example/x", "https://[hooks.slack.com/x", "", "/x"]
)
async def test_an_answer_goes_to_slacks_address_alone(stage, url):
    with pytest.raises(Invalid):
        await stage.product.services.staff.messenger.respond(url, Outgoing("C1", "words"))


@pytest.mark.parametrize("error", ["missing_scope", "fatal_error", "team_access_not_granted"])
async def test_a_member_is_not_made_an_outsider_by_a_refusal(stage_with, error):
    async with stage_with(works=False) as stage:
        context, directory = stage.tenants["northwind"], stage.product.services.directory
        ana = stage.person_id("ana")
        stage.sandbox.refuse("users.info", error)
        with pytest.raises((Unavailable, Postponed)):
            await recognize_person(context, directory, ana, home_team=None)

        assert (await recognize_person(context, directory, ana, home_team=None)).may_ask


async def test_somebody_slack_does_not_know_is_an_outsider(stage_with):
    async with stage_with(works=False) as stage:
        context, directory = stage.tenants["northwind"], stage.product.services.directory
        found = await recognize_person(context, directory, "UNOBODY", home_team=None)

    assert found.standing == "outsider"


@pytest.mark.parametrize(
    ("record", "standing"),
    [
        ({"id": "U1", "team_id": "T1"}, "member"),
        ({"id": "U1", "team_id": "T2"}, "outsider"),
        ({"id": "U1", "team_id": "T1", "is_stranger": True}, "outsider"),
        ({"id": "U1"}, "outsider"),
        ({"id": "U1", "team_id": "T1", "is_ultra_restricted": True}, "guest"),
        ({"id": "U1", "team_id": "T1", "is_owner": True, "deleted": True}, "gone"),
        ({"id": "USLACKBOT", "team_id": "T1"}, "bot"),
        ({"id": "U1", "team_id": "T1", "real_name": "owner", "is_admin": False}, "member"),
    ],
)
def test_a_standing_is_what_the_record_says_and_nothing_more(record, standing):
    assert standing_of(record, "T1") == standing


async def test_an_organization_is_not_a_workspace(provisioner):
    with pytest.raises(Invalid):
        await provisioner.tenant_for("E0ORGANIZED")


@pytest.mark.parametrize(
    ("base_url", "is_slack"),
    [
        ("https://slack.com/api/", True),
        ("https://eu.slack.com/api/", True),
        ("https://slack-gov.com/api/", True),
        ("https://notslack.com/api/", False),
        ("https://slack.com.example/api/", False),
        ("http://127.0.0.1:3000/api/", False),
    ],
)
async def test_only_slack_itself_is_held_to_name_every_persons_team(database, base_url, is_slack):
    async with aiohttp.ClientSession() as session:
        assert SlackClients(database, session, base_url).reaches_slack is is_slack
