"""`/slack/install` to `/slack/oauth_redirect` as honest browsers walk it."""

from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web

from bot.settings import Settings
from bot.slack.installing.routes import install_routes
from bot.storage import Storage
from core.kernel.sealing import new_key
from core.kernel.secret import Secret
from core.kernel.signing import Signer
from core.tenancy.installation.scopes import BOT_SCOPES
from core.tenancy.workspaces import Workspaces
from tests.integration.installations.browsing import begin, come_back
from tests.integration.installations.slack import CLIENT_ID, CLIENT_SECRET
from web_oauth.app import build_web
from web_oauth.install import COOKIE


async def test_slack_is_asked_for_the_least_scopes_with_our_own_address(browser, slack, site):
    async with browser.get(
        "/slack/install?go=1",
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
        allow_redirects=False,
    ) as answer:
        where = urlsplit(answer.headers["Location"])
        cookie = answer.headers["Set-Cookie"]

    asked = {key: value[0] for key, value in parse_qs(where.query).items()}
    assert f"{where.scheme}://{where.netloc}/api/" == slack.url
    assert where.path == "/oauth/v2/authorize"
    assert asked["redirect_uri"] == f"{site}/slack/oauth_redirect"
    assert set(asked["scope"].split(",")) == set(BOT_SCOPES)
    assert set(asked) == {"client_id", "scope", "redirect_uri", "state"}
    assert cookie.startswith(f"{COOKIE}=")
    assert {part.strip() for part in cookie.split(";")[1:]} >= {
        "HttpOnly",
        "Max-Age=600",
        "Path=/",
        "SameSite=Lax",
        "Secure",
    }
    assert "Domain" not in cookie


async def test_a_person_installs_and_reads_what_to_do_next(
    browser, slack, process, provisioner, team
):
    async with browser.get("/slack/install") as first:
        text = await first.text()
        assert first.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert all(scope in text for scope in BOT_SCOPES)
    assert "can be wrong" in text
    assert "<script" not in text

    state = await begin(browser)
    status, where, _ = await come_back(browser, code=slack.approve(team), state=state)
    assert (status, where) == (303, "/slack/installed")
    async with browser.get(where) as done:
        assert "Three things to do next" in await done.text()
        assert done.headers["Cache-Control"] == "no-store"

    assert await Workspaces(process.database).tenant_of(team)


async def test_an_organization_reads_that_workspaces_are_enabled_one_by_one(browser, slack, team):
    state = await begin(browser)
    code = slack.approve("E" + team[1:])

    assert (await come_back(browser, code=code, state=state))[1] == "/slack/installed/organization"
    async with browser.get("/slack/installed/organization") as done:
        assert "enabled by an admin" in await done.text()


async def test_two_tabs_of_one_browser_both_arrive(browser, slack, team):
    states = [await begin(browser) for _ in range(2)]

    for number, state in enumerate(states):
        code = slack.approve(f"{team}{number}")
        assert (await come_back(browser, code=code, state=state))[0] == 303


@pytest.mark.parametrize(
    "missing",
    [{"SLACK_CLIENT_ID": None}, {"SLACK_CLIENT_SECRET": None}, {"AEGIS_HOST": "0.0.0.0"}],
    ids=lambda given: next(iter(given)),
)
async def test_there_are_no_pages_without_an_app_or_an_address(process, provisioner, missing):
    given = {"SLACK_CLIENT_ID": CLIENT_ID, "SLACK_CLIENT_SECRET": CLIENT_SECRET} | missing
    settings = Settings(**{name: value for name, value in given.items() if value})
    oauth = process.oauth if settings.slack_client_id and settings.slack_client_secret else None

    assert install_routes(settings, None, oauth) == []


async def test_the_public_address_is_the_settings_own(slack, process, provisioner):
    settings = Settings(
        SLACK_CLIENT_ID=CLIENT_ID,
        SLACK_CLIENT_SECRET=CLIENT_SECRET,
        AEGIS_HOST="0.0.0.0",
        AEGIS_PUBLIC_URL="https://aegis.example/",
    )
    database = process.database
    storage = Storage(database, database, provisioner, Signer(new_key()), Secret("session" * 5))
    app = build_web(install_routes(settings, storage, process.oauth), largest_body=1000)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session,
        session.get("/slack/install?go=1", allow_redirects=False) as answer,
    ):
        asked = urlsplit(answer.headers["Location"])
    await runner.cleanup()

    assert asked.netloc == "slack.com"
    assert parse_qs(asked.query)["redirect_uri"] == ["https://aegis.example/slack/oauth_redirect"]
