"""A version that needs more than a workspace has given: its owner reads what, and where to give it."""

import pytest

from bot.cli.installation_checks import check_installations
from bot.settings import Settings
from bot.slack.installing.notices import InstallationNotices
from bot.storage import Addresses
from core.kernel.sealing import new_key
from core.kernel.secret import Secret
from core.kernel.signing import Signer
from core.lifecycle.installation.enable_workspace import enable_workspace
from core.lifecycle.installation.list_lacking import list_lacking, tell_lacking
from core.tenancy.installation.scopes import BOT_SCOPES, missing
from tests.integration.installations.test_ending_tokens import owner_notices

LINK = "https://aegis.example/slack/install"
ALL = ",".join(BOT_SCOPES)
WITHOUT_FILES = ",".join(sorted(set(BOT_SCOPES) - {"files:read", "files:write"}))


@pytest.fixture
def look(process):
    """What each process does soon after its start."""

    async def run() -> None:
        notices = InstallationNotices(process.database, LINK)
        await tell_lacking(process.database, notices.needs)

    return run


async def test_the_owner_is_told_once_which_scopes_are_missing_and_where_to_give_them(
    provisioner, install, team, look
):
    installed = await install(team, scope=WITHOUT_FILES)
    for _ in range(2):
        await look()

    (words,) = await owner_notices(provisioner, installed)
    assert "`files:read`, `files:write`" in words
    assert LINK in words


async def test_who_installs_again_has_given_them(process, provisioner, install, team, look):
    installed = await install(team, scope=WITHOUT_FILES)
    assert (await list_lacking(process.database))[installed.tenant] == {"files:read", "files:write"}

    await install(team, scope=ALL)
    await look()

    assert installed.tenant not in await list_lacking(process.database)
    assert await owner_notices(provisioner, installed) == []


async def test_a_workspace_has_what_its_organization_gave(process, provisioner, install, team):
    organization = await install("E" + team[1:], scope=WITHOUT_FILES)
    workspace = await enable_workspace(
        process.database, provisioner, organization.tenant, team, actor="slack", reference="r"
    )

    lacking = await list_lacking(process.database)
    assert lacking[workspace] == {"files:read", "files:write"}
    assert organization.tenant not in lacking, "nobody is told there"


@pytest.mark.parametrize("granted", ["", ALL, f"{ALL},channels:join"])
def test_nothing_is_missing_where_all_is_given_or_nobody_knows(granted):
    assert missing(granted) == frozenset()


async def test_doctor_lists_them(service_dsn, master, install, team, capsys, through_pooler):
    installed = await install(team, scope=WITHOUT_FILES)
    settings = Settings(
        SLACK_CLIENT_ID="1.2",
        SLACK_CLIENT_SECRET="s",
        AEGIS_PUBLIC_URL="https://aegis.example/",
    )
    where = Addresses(
        service_dsn, "", master, Signer(new_key()), Secret("session" * 5), through_pooler
    )

    await check_installations(settings, where)

    printed = capsys.readouterr().out
    expected = f"tenant {installed.tenant} has not given files:read, files:write"
    assert f"{expected}: it has to be installed again at {LINK}" in printed
