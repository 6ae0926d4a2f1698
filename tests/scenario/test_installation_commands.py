"""What an operator types about installations, and what `doctor` says of them."""

import os

import pytest

from bot.cli.serve import has_one_login
from bot.settings import Settings
from core.kernel.secret import Secret
from core.tenancy.install_workspace import Grant, find_stored_token, install_workspace
from core.tenancy.installation.refuse_token import refuse_token
from tests.scenario.test_processes import aegis


@pytest.fixture
def name() -> str:
    return os.urandom(5).hex().upper()


async def test_a_workspace_of_an_organization_is_enabled_by_hand(
    process_environment, database, provisioner, name
):
    organization = await provisioner.organization_for(f"E{name}")
    enable = ("tenants", "enable", f"E{name}", f"T{name}")

    status, said = await aegis(process_environment, *enable)
    assert (status, "the organization's token" in said) == (0, True), said
    tenant = await provisioner.tenant_for(f"T{name}")
    assert tenant in said
    _, listed = await aegis(process_environment, "tenants", "list")
    assert any(line.split()[:2] == [f"E{name}", organization] for line in listed.splitlines())
    status, said = await aegis(process_environment, "tenants", "enable", f"T{name}", f"T{name}X")
    assert (status, "not an organization" in said) == (1, True), said
    status, said = await aegis(
        process_environment, "tenants", "export", f"E{name}", "--output", "nowhere.zip"
    )
    assert (status, "nothing to export" in said) == (1, True), said


async def test_a_refused_token_is_shown_to_the_operator(
    process_environment, database, provisioner, name
):
    grant = Grant(f"T{name}", Secret("xoxb-1-secret"), "U1")
    tenant = await install_workspace(database, provisioner, grant)
    context = await database.tenant(tenant)
    await refuse_token(context, (await find_stored_token(context)).version, "account_inactive")

    _, listed = await aegis(process_environment, "tenants", "list")
    row = next(line for line in listed.splitlines() if tenant in line)
    assert "refuses its token: account_inactive" in row
    _, said = await aegis(process_environment, "doctor")
    assert f"refuses the token of tenant {tenant} (account_inactive)" in said
    assert "xoxb-1" not in said + listed


async def test_an_erased_tenant_is_said_to_be_erased_and_when(
    process_environment, provisioner, name
):
    await provisioner.tenant_for(f"T{name}")
    status, said = await aegis(
        process_environment, "tenants", "erase", f"T{name}", "--now", "--yes"
    )
    assert status == 0, said

    for command in ("freeze", "thaw"):
        status, said = await aegis(process_environment, "tenants", command, f"T{name}")
        assert (status, "was erased on 20" in said) == (1, True), said


@pytest.mark.parametrize(
    ("service", "admin", "is_one"),
    [
        ("postgresql://serves:a@h/d", "postgresql://admin:b@h/d", False),
        ("postgresql://admin:a@h/d", "postgresql://admin:a@h/d", True),
        ("postgresql://admin:a@h/d", None, True),
        (None, None, False),
    ],
    ids=["two", "the-same", "one-set", "embedded"],
)
def test_one_login_for_both_is_noticed(service, admin, is_one):
    settings = Settings().model_copy(
        update={
            "database_url": Secret(service) if service else None,
            "database_admin_url": Secret(admin) if admin else None,
        }
    )

    assert has_one_login(settings) is is_one
