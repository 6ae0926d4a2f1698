"""`aegis audit` as a security officer runs it, and the public key that anybody may fetch."""

import asyncio
import csv
import io
import json
import os
import stat
import sys

import aiohttp
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from core.audit.chain.checkpoint_file import CheckpointFile
from core.kernel.sealing import new_key
from core.kernel.secret import Secret
from core.kernel.signing import Signer, key_id_of, signer_of
from tests.integration.audit_log import sign, superuser, write


@pytest.fixture
def signer(process_environment):
    return signer_of(Secret(process_environment["AEGIS_SIGNING_KEY"]))


@pytest.fixture
def aegis(process_environment):
    """Runs a command to its end: (exit status, what it printed, what it complained of)."""

    async def run(*words: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "audit",
            *words,
            env=process_environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        printed, complained = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode is not None
        return process.returncode, printed.decode(), complained.decode()

    return run


async def test_a_log_that_holds_is_said_to_and_so_is_what_is_younger(
    aegis, context, database, signer
):
    await write(context, 5)
    await sign(database, signer)
    await write(context, 2)

    status, printed, _ = await aegis("verify", "--tenant", context.tenant_id)

    assert status == 0
    assert printed.startswith(f"tenant {context.tenant_id}: 7 rows hold, 2 of them younger")


async def test_a_row_that_does_not_hold_is_named_and_the_status_says_so(
    aegis, context, database, signer, admin_dsn
):
    """A101, for all tenants at once: the others are verified nevertheless."""
    await write(context, 5)
    await sign(database, signer)
    async with superuser(admin_dsn, context) as admin:
        await admin.execute("update audit_event set actor = 'U2' where seq = 3")

    status, printed, complained = await aegis("verify")

    assert status == 1
    words = f"tenant {context.tenant_id}: BROKEN at row 3: row 3 was altered"
    assert words in printed
    assert "audit logs that do not hold: " in complained
    assert "Traceback" not in complained


async def test_the_file_outside_the_database_finds_what_the_database_has_lost(
    aegis, context, database, signer, admin_dsn, tmp_path
):
    path = tmp_path / "checkpoints"
    await write(context, 6)
    for line in await sign(database, signer):
        CheckpointFile(path)(line)
    CheckpointFile(path)("not a checkpoint")
    async with superuser(admin_dsn, context) as admin:
        await admin.execute("delete from audit_event where seq > 4")
        await admin.execute(
            "update control.audit_chain c set seq = e.seq, head = e.hash from audit_event e"
            " where c.tenant_id = $1 and e.seq = 4",
            context.tenant_id,
        )
        await admin.execute(
            "delete from control.audit_checkpoint where tenant_id = $1", context.tenant_id
        )
    tenant = ("--tenant", context.tenant_id)

    assert (await aegis("verify", *tenant))[0] == 0
    status, printed, _ = await aegis("verify", *tenant, "--checkpoints", str(path))

    assert status == 1
    assert "BROKEN at row 5: rows 5 to 6 are missing at the end of the log" in printed
    assert "note: 1 line of the checkpoint files cannot be read" in printed


async def test_an_earlier_key_is_trusted_when_it_is_named(aegis, context, database, tmp_path):
    earlier = Signer(new_key())
    await write(context, 1)
    await sign(database, earlier)
    (tmp_path / "earlier.pem").write_bytes(earlier.public_pem())
    tenant = ("--tenant", context.tenant_id)

    status, printed, _ = await aegis("verify", *tenant)
    assert status == 1
    assert f"signed by a key that is not known here ({earlier.key_id})" in printed
    assert (await aegis("verify", *tenant, "--key", str(tmp_path / "earlier.pem")))[0] == 0


@pytest.mark.parametrize("wanted", ["0" * 32, "TNOBODY", "public", "x'; --", "٠" * 32])
async def test_a_tenant_that_is_none_is_said_in_one_line(aegis, wanted):
    status, printed, complained = await aegis("verify", "--tenant", wanted)

    assert (status, printed) == (1, "")
    assert complained == "Error: There is no tenant with this id or Slack team id.\n"


async def test_a_log_is_exported_to_a_file_of_its_own(aegis, context, database, tmp_path):
    await write(context, 3)
    async with database.control() as tx:
        team = await tx.fetchval(
            "select team_id from control.workspace where tenant_id = $1", context.tenant_id
        )
    target = tmp_path / "log.jsonl"
    words = ("export", "--tenant", team, "--format", "jsonl", "--output", str(target))

    status, _, complained = await aegis(*words)
    again, _, refused = await aegis(*words)

    assert (status, complained) == (0, "4 rows\n")
    assert stat.S_IMODE(os.stat(target).st_mode) == 0o600
    assert len([json.loads(line) for line in target.read_text().splitlines()]) == 4
    assert (again, refused) == (1, f"Error: {target}: File exists\n")


async def test_csv_goes_to_standard_output(aegis, context):
    await write(context, 3)

    status, printed, _ = await aegis(
        "export", "--tenant", context.tenant_id, "--format", "csv", "--since", "2020-01-01"
    )

    assert status == 0
    assert [row[0] for row in csv.reader(io.StringIO(printed))] == ["seq", "1", "2", "3", "4"]


async def test_anybody_may_fetch_the_public_key(stage):
    url = stage.sandbox.world.app.request_url.removesuffix("/slack")
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{url}/.well-known/aegis-signing-key") as answer,
    ):
        pem = await answer.read()

    assert answer.status == 200
    assert answer.content_type == "application/x-pem-file"
    key = load_pem_public_key(pem).public_bytes_raw()
    assert key == stage.product.storage.signer.public_key
    assert answer.headers["Aegis-Key-Id"] == key_id_of(key)
