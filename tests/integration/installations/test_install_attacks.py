"""A61, A62, A67, A68 at `/slack/oauth_redirect`: who is not the one that began gets a page, no more."""

import asyncio
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from core.lifecycle.freeze_tenant import freeze_tenant
from core.tenancy.workspaces import Workspaces
from tests.integration.installations.browsing import begin, come_back
from tests.integration.lifecycle import RULES, as_admin, one
from web_oauth.install import COOKIE


async def test_a61_an_attackers_code_in_a_victims_browser_is_refused(
    browser, new_browser, slack, process, team
):
    attacker = await new_browser()
    state, code = await begin(attacker), slack.approve(team)
    await begin(browser)

    status, where, words = await come_back(browser, code=code, state=state)

    assert (status, where) == (400, "")
    assert "not begun in this browser" in words
    assert slack.codes, "the code was not even shown to Slack"
    assert await Workspaces(process.database).tenant_of(team) is None
    assert (await come_back(attacker, code=code, state=state))[0] == 303


async def test_a62_a_state_is_good_once(browser, slack, team):
    state = await begin(browser)
    assert (await come_back(browser, code=slack.approve(team), state=state))[0] == 303

    assert (await come_back(browser, code=slack.approve(team), state=state))[0] == 400


async def test_a62_of_two_callbacks_at_once_one_wins(browser, slack, team):
    state = await begin(browser)
    codes = [slack.approve(team), slack.approve(team)]

    answers = await asyncio.gather(
        *(come_back(browser, code=code, state=state) for code in codes * 4)
    )

    assert sorted(status for status, _, _ in answers) == [303] + [400] * 7


async def test_a62_a_state_of_eleven_minutes_ago_is_refused(browser, slack, provisioner, team):
    state = await begin(browser)
    async with as_admin(provisioner) as admin:
        await admin.execute(
            "update control.sign_in_state set expires_at = expires_at - interval '11 minutes'"
        )

    assert (await come_back(browser, code=slack.approve(team), state=state))[0] == 400
    await begin(browser)  # which sweeps
    old = "select count(*) from control.sign_in_state where expires_at < now()"
    assert await one(provisioner, old) == 0


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"state": "x"},
        {"state": "\0" * 43, "code": "c"},
        {"state": "é" * 43, "code": "c"},
        {"state": "a" * 100_000, "code": "c"},
        {"error": "access_denied"},
        {"error": "<script>alert(1)</script>", "state": "<script>"},
    ],
    ids=str,
)
async def test_whatever_else_comes_reads_a_page_and_installs_nothing(browser, slack, query, caplog):
    if len(query.get("state", "")) > 8000:
        query = query | {"state": "a" * 4000}
    await begin(browser)
    status, _, words = await come_back(browser, **query)

    assert status == 400
    assert re.search(r"reference.*[0-9a-f]{8}", words, re.DOTALL)
    assert "script" not in words
    assert slack.count("oauth.v2.access") == 0
    assert "<script" not in caplog.text


async def test_who_cancels_reads_so_and_may_start_again(browser, slack, team):
    state = await begin(browser)

    status, _, words = await come_back(browser, error="access_denied", state=state)

    assert (status, "You cancelled" in words, "Start again" in words) == (400, True, True)
    assert (await come_back(browser, code=slack.approve(team), state=state))[0] == 400


@pytest.mark.parametrize(
    ("trouble", "status", "expected"),
    [
        ("code", 400, "did not accept this attempt"),
        ("other_app", 400, "another app"),
        ("down", 503, "Please try again"),
        ("frozen", 400, "switched AEGIS off"),
        ("no_code", 400, "without an approval"),
    ],
)
async def test_a67_what_slack_does_not_confirm_is_told_in_words(
    browser, slack, process, provisioner, install, team, trouble, status, expected
):
    code = slack.approve(team, app_id="A0OTHER") if trouble == "other_app" else slack.approve(team)
    if trouble == "code":
        slack.codes.clear()
    if trouble == "frozen":
        installed = await install(team)
        await freeze_tenant(
            process.database,
            provisioner,
            installed.tenant,
            RULES,
            actor="UANA",
            reference="r",
            because="owner",
        )
    slack.is_down = trouble == "down"
    state = await begin(browser)
    query = {"state": state} if trouble == "no_code" else {"state": state, "code": code}

    found, where, words = await come_back(browser, **query)

    assert (found, where) == (status, "")
    assert expected in words
    assert "Traceback" not in words


async def test_a68_no_parameter_moves_where_people_are_sent(browser, slack, team):
    for name in ("next", "redirect_uri", "return_to", "url"):
        for value in (
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "a\r\nSet-Cookie: b",
        ):
            async with browser.get(
                "/slack/install", params={"go": "1", name: value}, allow_redirects=False
            ) as answer:
                assert "evil" not in answer.headers["Location"]
                state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
            query = {name: value, "state": state, "code": slack.approve(team)}
            assert (await come_back(browser, **query))[1] == "/slack/installed"


async def test_the_table_alone_finishes_nobodys_attempt(browser, slack, provisioner, team):
    state = await begin(browser)
    cookie = next(c.value for c in browser.cookie_jar if c.key == COOKIE)
    async with as_admin(provisioner) as admin:
        rows = await admin.fetch("select state_hash, browser_hash from control.sign_in_state")

    kept = " ".join(value for row in rows for value in row.values())
    assert state not in kept
    assert cookie not in kept
