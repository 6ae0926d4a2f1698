"""An installation that comes to nothing leaves no token at Slack that works and that nobody keeps."""

import asyncio

import pytest

from core.kernel.secret import Secret
from core.lifecycle.freeze_tenant import freeze_tenant
from core.tenancy.install_workspace import find_stored_token
from core.tenancy.installation import discard_token as discarding
from tests.integration.installations.browsing import begin, come_back
from tests.integration.lifecycle import RULES


def living(slack) -> list[str]:
    return [token for token in slack.tokens if token not in slack.dead]


@pytest.fixture
def switch_off(process, provisioner):
    async def run(installed) -> None:
        await freeze_tenant(
            process.database,
            provisioner,
            installed.tenant,
            RULES,
            actor="UANA",
            reference="r",
            because="owner",
        )

    return run


async def test_a_token_of_another_app_is_revoked(browser, slack, team):
    state = await begin(browser)

    status, _, words = await come_back(
        browser, state=state, code=slack.approve(team, app_id="A0OTHER")
    )

    assert (status, "another app" in words) == (400, True)
    assert slack.tokens
    assert living(slack) == []


async def test_a_token_for_a_workspace_that_is_switched_off_is_revoked_and_the_kept_one_is_not(
    browser, slack, process, install, team, switch_off
):
    installed = await install(team)
    await switch_off(installed)
    state = await begin(browser)

    assert (await come_back(browser, state=state, code=slack.approve(team)))[0] == 400

    context = await process.database.tenant(installed.tenant, while_frozen=True)
    kept = (await find_stored_token(context)).pair.access.reveal()
    assert len(slack.tokens) == 2
    assert living(slack) == [kept]


async def test_where_slack_gives_the_same_token_again_it_is_left_alone(
    browser, slack, install, team, switch_off
):
    """As Slack does where tokens do not expire."""
    slack.rotates, slack.same = False, True
    await switch_off(await install(team))
    state = await begin(browser)

    assert (await come_back(browser, state=state, code=slack.approve(team)))[0] == 400

    assert len(living(slack)) == 1
    assert slack.count("auth.revoke") == 0


async def test_where_we_cannot_look_nothing_is_revoked(slack, process, install, team, monkeypatch):
    approved = await process.oauth.exchange(slack.approve(team), "http://x")

    class Away:
        def control(self):
            raise ConnectionRefusedError

    await discarding.discard_token(Away(), process.oauth, approved)

    assert slack.count("auth.revoke") == 0


async def test_a_slack_that_hangs_keeps_nobody_from_the_page(slack, process, team, monkeypatch):
    monkeypatch.setattr(discarding, "SECONDS", 2.0)
    approved = await process.oauth.exchange(slack.approve(team), "http://x")
    slack.slow_s = 3600.0

    async with asyncio.timeout(30):
        await discarding.discard_token(process.database, process.oauth, approved)

    assert slack.count("auth.revoke") == 1, "it was asked, and not waited for"


async def test_a_token_that_is_dead_already_is_revoked(slack, process, team):
    slack.dead["xoxb-dead"] = "token_revoked"

    await process.oauth.revoke(Secret("xoxb-dead"))

    assert slack.count("auth.revoke", token="xoxb-dead") == 1, "a refusal of it is no trouble"
