"""SLACK_BOT_TOKEN beside installations through the browser, and a Slack that is away at the start."""

import asyncio

import pytest

from bot.slack.installing import given_token
from bot.slack.installing.given_token import connecting
from core.kernel.errors import Disconnected
from core.kernel.secret import Secret
from core.tenancy.install_workspace import open_bot_token
from core.tenancy.workspaces import Workspaces
from tests.integration.installations.test_install import row
from tests.integration.lifecycle import actions
from tests.integration.worker.queueing import is_true, until


@pytest.fixture
def start(process, provisioner):
    """What `aegis serve` does with the token while it runs."""

    def run(token: str):
        api = process.clients.api(Secret(token))
        return connecting(process.database, provisioner, api, Secret(token))

    return run


def given(slack, team, **more) -> str:
    """A token as somebody copies it from the app's page."""
    token = f"xoxb-given-{len(slack.tokens)}-{team}"
    slack.tokens[token] = {"team": team, "person": "UANA", **more}
    return token


async def stored(process, tenant) -> str:
    return (await open_bot_token(process.database, tenant))[0].reveal()


async def test_it_installs_its_workspace_once_with_the_scopes_it_has(
    slack, process, provisioner, start, team
):
    token = given(slack, team)
    slack.scopes = "users:read, chat:write"
    for _ in range(2):
        async with start(token):
            pass

    tenant = await Workspaces(process.database).tenant_of(team)
    assert await stored(process, tenant) == token
    assert (await row(provisioner, tenant))["scopes"] == "chat:write,users:read"
    assert (await actions(provisioner, tenant)).count(("tenancy:token:exchange", "done")) == 1


async def test_what_was_installed_in_a_browser_is_not_overwritten(
    slack, process, start, install, team
):
    installed = await install(team)
    before = await stored(process, installed.tenant)

    async with start(given(slack, team)):
        assert await stored(process, installed.tenant) == before


async def test_where_slack_refuses_the_browsers_token_it_takes_its_place(
    slack, process, start, install, team
):
    installed = await install(team)
    slack.kill(team)
    with pytest.raises(Disconnected):
        await (await process.clients.of(await process.context(installed))).api.auth_test()
    token = given(slack, team)

    async with start(token):
        assert await stored(process, installed.tenant) == token


async def test_another_one_replaces_the_one_that_was_set_before(slack, process, start, team):
    async with start(given(slack, team)):
        pass
    second = given(slack, team)

    async with start(second):
        tenant = await Workspaces(process.database).tenant_of(team)
        assert await stored(process, tenant) == second


async def test_slack_away_stops_no_start_and_the_workspace_comes_with_it(
    slack, process, start, team, monkeypatch
):
    monkeypatch.setattr(given_token, "_PAUSES", (0.05,) * 100)
    monkeypatch.setattr(given_token, "START_SECONDS", 0.2)
    slack.is_down = True

    async with start(given(slack, team)):
        assert await Workspaces(process.database).tenant_of(team) is None
        slack.is_down = False

        async def is_served() -> bool:
            return await Workspaces(process.database).tenant_of(team) is not None

        await until(is_served, 10)


async def test_a_slack_that_hangs_holds_the_start_up_for_a_moment_alone(
    slack, start, team, monkeypatch
):
    monkeypatch.setattr(given_token, "START_SECONDS", 0.2)
    slack.slow_s = 3600.0

    async with asyncio.timeout(30):
        async with start(given(slack, team)):
            # It is asked, and was not waited for: on a busy machine it hears of it after the start.
            await until(is_true(lambda: slack.count("auth.test") > 0))

    assert slack.count("auth.test") == 1


async def test_one_that_slack_refuses_stops_no_start_where_others_are_served(
    start, install, team, caplog
):
    """Where nobody is, it is said and nothing starts: tests/scenario/test_processes.py."""
    await install(team)

    async with start("xoxb-unknown"):
        pass

    assert "SLACK_BOT_TOKEN: Slack did not accept it (invalid_auth)" in caplog.text
