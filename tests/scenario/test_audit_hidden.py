"""Logs that somebody wants nobody to look at: `aegis audit verify` says that they are not looked at."""

import asyncio
import sys

import pytest

from core.audit.chain.checkpoint_file import CheckpointFile
from core.kernel.secret import Secret
from core.kernel.signing import signer_of
from core.lifecycle.erase_tenant import erase_tenant
from tests.integration.audit_log import sign, superuser, write
from tests.integration.lifecycle import RULES, Answering


@pytest.fixture
def signer(process_environment):
    return signer_of(Secret(process_environment["AEGIS_SIGNING_KEY"]))


@pytest.fixture
def verify(process_environment):
    async def run(*words: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "bot", "audit", "verify", *words]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, env=process_environment, stdout=pipe, stderr=pipe
        )
        printed, complained = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode is not None
        return process.returncode, printed.decode(), complained.decode()

    return run


async def test_a_log_whose_table_is_gone_is_named_and_the_others_are_verified(
    verify, new_context, database, signer, admin_dsn
):
    broken, whole = sorted([await new_context(), await new_context()], key=lambda c: c.tenant_id)
    for context in (broken, whole):
        await write(context, 2)
    await sign(database, signer)
    async with superuser(admin_dsn, broken) as admin:
        await admin.execute("alter table audit_event rename to audit_event_hidden")

    status, printed, complained = await verify()

    async with superuser(admin_dsn, broken) as admin:
        await admin.execute("alter table audit_event_hidden rename to audit_event")
    assert status == 1
    assert f"tenant {broken.tenant_id}: BROKEN: it cannot be read (SQLSTATE 42P01)" in printed
    assert f"tenant {whole.tenant_id}: 2 rows hold" in printed
    assert "Traceback" not in complained


async def test_a_tenant_that_is_only_called_erased_is_named(
    verify, new_context, database, provisioner, signer, admin_dsn
):
    hidden, gone = await new_context(), await new_context()
    await erase_tenant(
        database, provisioner, signer, Answering(), gone.tenant_id, RULES, actor="operator"
    )
    async with superuser(admin_dsn, hidden) as admin:
        hide = "update control.tenant set status = 'erased' where tenant_id = $1"
        await admin.execute(hide, hidden.tenant_id)

    status, printed, _ = await verify()

    assert status == 1
    assert f"tenant {hidden.tenant_id}: BROKEN: registered as erased, without" in printed
    assert gone.tenant_id not in printed


async def test_a_tenant_that_was_struck_off_the_registry_is_named_from_outside(
    verify, context, database, signer, admin_dsn, tmp_path
):
    await write(context, 2)
    path = tmp_path / "checkpoints"
    for line in await sign(database, signer):
        CheckpointFile(path)(line)
    async with superuser(admin_dsn, context) as admin:
        for table in ("audit_checkpoint", "audit_chain", "workspace", "tenant"):
            await admin.execute(
                f"delete from control.{table} where tenant_id = $1", context.tenant_id
            )

    _, printed, _ = await verify("--checkpoints", str(path))

    words = f"note: {context.tenant_id} has checkpoints outside, and is not registered"
    assert words in printed
