"""`aegis tenants export | restore | verify-archive`, as an operator types them."""

import asyncio
import base64
import os
import sys

import pytest

from core.kernel.ids import new_id
from core.kernel.signing import Signer
from core.tenancy import store
from tests.integration.archived import fill, has_schema, lose_schema, shred, sums


@pytest.fixture
def aegis(process_environment, tmp_path):
    """Runs a command in an empty folder; gives its exit status and all that it says."""

    async def run(*arguments: object, env: dict[str, str] | None = None) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            f"{sys.prefix}/bin/aegis",
            *map(str, arguments),
            cwd=tmp_path,
            env=process_environment if env is None else {"PATH": os.environ["PATH"], **env},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode is not None
        assert b"Traceback" not in said
        return process.returncode, said.decode()

    return run


@pytest.fixture
def public_key(process_environment, tmp_path):
    signer = Signer(base64.b64decode(process_environment["AEGIS_SIGNING_KEY"]))
    path = tmp_path / "key.pem"
    path.write_bytes(signer.public_pem())
    return path


async def test_an_operator_exports_by_workspace_checks_the_file_and_restores_it(
    admin, context, database, aegis, tmp_path
):
    await fill(context)
    async with database.control() as tx:
        team = await store.find_team(tx, context.tenant_id)

    status, said = await aegis("tenants", "export", team, "--output", "a.zip")
    assert (status, (tmp_path / "a.zip").stat().st_mode & 0o777) == (0, 0o600)
    assert "bytes\nsha256 " in said
    before = await sums(admin, context)

    status, said = await aegis("tenants", "verify-archive", "a.zip")
    assert (status, f"tenant {context.tenant_id}" in said) == (0, True)

    status, said = await aegis("tenants", "restore", "a.zip")
    assert (status, "is there already" in said) == (1, True)

    await lose_schema(admin, context)
    status, said = await aegis("tenants", "restore", "a.zip", "--tenant", new_id())
    assert (status, "of another tenant" in said) == (1, True)
    status, said = await aegis("tenants", "restore", "a.zip", "--tenant", context.tenant_id)
    assert (status, "is back" in said, "credentials" in said) == (0, True, False)
    assert await sums(admin, context) == before


async def test_after_a_shred_the_operator_is_told_to_have_slack_reconnected(admin, context, aegis):
    await fill(context)
    await aegis("tenants", "export", context.tenant_id, "--output", "a.zip")
    await shred(admin, context)

    status, said = await aegis("tenants", "restore", "a.zip")

    assert status == 0
    assert "credentials could not be restored: ask the owner to reconnect Slack" in said


async def test_a_file_is_checked_with_the_public_key_and_no_settings_at_all(
    context, aegis, public_key, tmp_path
):
    await aegis("tenants", "export", context.tenant_id, "--output", "a.zip")
    (tmp_path / "other.pem").write_bytes(Signer(os.urandom(32)).public_pem())
    (tmp_path / "text.pem").write_text("no key")

    assert (await aegis("tenants", "verify-archive", "a.zip", "--key", public_key, env={}))[0] == 0
    for arguments, words in (
        ((), "name the public key with --key"),
        (("--key", "other.pem"), "not the trusted one"),
        (("--key", "text.pem"), "is not an Ed25519 public key"),
    ):
        status, said = await aegis("tenants", "verify-archive", "a.zip", *arguments, env={})
        assert (status, words in said) == (1, True), said
    assert not (tmp_path / ".aegis").exists(), "checking a file sets nothing up"


async def test_another_deployments_file_needs_its_key_named(
    admin, context, aegis, public_key, process_environment
):
    await aegis("tenants", "export", context.tenant_id, "--output", "a.zip")
    await lose_schema(admin, context)
    other = process_environment | {"AEGIS_SIGNING_KEY": base64.b64encode(os.urandom(32)).decode()}

    status, said = await aegis("tenants", "restore", "a.zip", env=other)
    assert (status, "not the trusted one" in said) == (1, True)
    assert not await has_schema(admin, context.tenant_id)
    status, said = await aegis(
        "tenants", "restore", "a.zip", "--trusted-key", public_key, env=other
    )
    assert (status, "is back" in said) == (0, True), said


@pytest.mark.parametrize("wanted", ["5" * 32, "public", "TNOBODY", "'; drop", "é", "0" * 33, ""])
async def test_an_unknown_tenant_is_refused_in_plain_words(aegis, tmp_path, wanted):
    """A31."""
    status, said = await aegis("tenants", "export", wanted, "--output", "a.zip")

    assert (status, said) == (1, "Error: There is no tenant with this id or Slack team id.\n")
    assert list(tmp_path.iterdir()) == []
