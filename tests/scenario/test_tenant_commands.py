"""`aegis tenants` as an operator types it: every state, wrong names, and a certificate to check."""

import asyncio
import base64
import os
import signal
import sys

import pytest

from bot.cli.oversight.tenants import TEAM_ID
from bot.sandbox import Sandbox
from core.lifecycle import store
from tests.scenario.test_processes import aegis


@pytest.fixture
def environment(process_environment):
    return process_environment


async def printed(environment, *words, typed: str = "") -> tuple[int, str, str]:
    """(exit status, standard output, standard error)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await asyncio.wait_for(process.communicate(typed.encode()), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


async def test_a_tenants_life_on_the_command_line(environment, tmp_path):
    team = "T0LIFECYCLE"
    async with Sandbox.open() as sandbox:
        environment["SLACK_API_BASE_URL"] = sandbox.api_url
        status, said = await aegis(environment, "tenants", "create", team)
        assert status == 0, said
        tenant = said.split()[-1]
        status, said = await aegis(environment, "tenants", "freeze", team)
        assert (status, "is frozen; it is erased from" in said) == (0, True), said
        status, said = await aegis(environment, "tenants", "list")
        assert status == 0, said
        row = next(line for line in said.splitlines() if tenant in line)
        assert row.split()[:3] == [team, tenant, "frozen"]
        status, said = await aegis(environment, "tenants", "erase", team, "--yes")
        assert (status, "grace ends" in said) == (1, True), said
        status, said = await aegis(environment, "tenants", "thaw", tenant)
        assert (status, "is served again" in said) == (0, True), said
        status, said = await aegis(environment, "tenants", "certificate", team)
        assert (status, "has not been erased" in said) == (1, True), said
        status, out, error = await printed(environment, "tenants", "erase", team, "--now", "--yes")
        assert status == 0, error
        assert await printed(environment, "tenants", "certificate", team) == (0, out, error)
    assert "there was no valid token" in out
    await check_with_openssl(tmp_path, out, error)


async def check_with_openssl(folder, text, rest):
    signature = next(line for line in rest.splitlines() if line.startswith("signature "))
    (folder / "text").write_text(text, "utf-8")
    (folder / "sig").write_bytes(base64.b64decode(signature.split()[1]))
    (folder / "pem").write_text(rest[rest.index("-----BEGIN") :], "utf-8")
    process = await asyncio.create_subprocess_exec(
        *("openssl", "pkeyutl", "-verify", "-pubin", "-rawin"),
        *("-inkey", folder / "pem", "-in", folder / "text", "-sigfile", folder / "sig"),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert b"Signature Verified Successfully" in said


HOSTILE = (
    "T1'; drop schema control cascade; --",
    "public",
    "pg_temp",
    "tenant_" + "0" * 32,
    "0" * 32,
    "٣" * 32,
    "a" * 200,
    "0" * 32 + "\n",
)


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_name_that_is_nobodys_finds_nobody(database, context, name):
    async with database.control() as tx:
        for wanted in (name, f"{context.tenant_id}\n", context.tenant_id.upper() + "é"):
            assert await store.find_registered(tx, wanted) is None


@pytest.mark.parametrize("command", [("freeze",), ("erase", "--now", "--yes"), ("certificate",)])
async def test_who_is_not_there_is_not_found_in_the_same_words(environment, command):
    for name in (HOSTILE[0], os.fsdecode(b"T\xff")):
        status, said = await aegis(environment, "tenants", *command, name)

        assert status == 1
        assert said == "Error: There is no tenant with this id or Slack team id.\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_the_question_and_nothing_is_erased(
    environment, provisioner, database, how
):
    tenant = await provisioner.tenant_for("T0ASKED")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "tenants", "erase", "T0ASKED", "--now"),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    assert process.stdout
    asked = await asyncio.wait_for(process.stderr.readuntil(b"to erase it"), 60)
    assert b"All data of T0ASKED" in asked
    process.send_signal(how)

    status = await asyncio.wait_for(process.wait(), 10)

    assert status != 0
    assert await process.stdout.read() == b"", "standard output is for the certificate"
    async with database.control() as tx:
        found = await store.find_registered(tx, tenant)
    assert found is not None
    assert found.status == "active"


async def test_a_tenant_is_not_made_for_what_is_no_workspace(environment):
    for name in ("E0123ABCD", "t0123", "T", "T01'--", "T0123\n", "public", "T" + "0" * 64, "T٣"):
        assert not TEAM_ID.fullmatch(name)
    status, said = await aegis(environment, "tenants", "create", "T01'--")

    assert status == 1
    assert said == "Error: That is not the id of a Slack workspace, as in T0123ABCD.\n"


async def test_only_its_id_typed_out_erases_a_tenant(environment, provisioner):
    async with Sandbox.open() as sandbox:
        environment["SLACK_API_BASE_URL"] = sandbox.api_url
        team = "T0TYPED"
        await provisioner.tenant_for(team)
        erase = ("tenants", "erase", team, "--now")
        for typed in ("", "yes\n", "T0TYPO\n"):
            status, out, error = await printed(environment, *erase, typed=typed)
            assert (status, out) == (1, "")
            assert "that is not its id: nothing was erased" in error
        status, out, error = await printed(environment, *erase, typed=f"{team}\n")
    assert status == 0, error
    assert out.startswith('{"')
