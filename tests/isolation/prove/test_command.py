"""`aegis isolation prove` as an operator types it."""

import asyncio
import base64
import os
import sys

import pytest

from core.db import scope
from core.isolation.last_proof import last_proof
from tests.isolation.prove.conftest import LOGIN


@pytest.fixture
def aegis(server, master_key):
    """Runs the program; gives its exit status and what it printed."""
    keys = {name: base64.b64encode(os.urandom(32)).decode() for name in ("SESSION", "SIGNING")}
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": server.dsn(user=LOGIN),
        "DATABASE_ADMIN_URL": server.dsn(),
        "AEGIS_MASTER_KEY": base64.b64encode(master_key).decode(),
        **{f"AEGIS_{name}_KEY": key for name, key in keys.items()},
    }

    async def run(*arguments):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *arguments, env=environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        printed, _ = await process.communicate()
        return process.returncode, printed.decode()

    return run


async def test_it_prints_its_counts_and_keeps_them(aegis, database, real):
    status, printed = await aegis("isolation", "prove", "--tenants", "2")

    proof = await last_proof(database)
    assert status == 0, printed
    assert printed.startswith(
        f"2 tenants, {proof.tables} tables, {proof.functions} store functions, "
        f"{proof.attempts} attempts\nok    denied: "
    )
    assert "closed by the program alone" in printed
    assert printed.endswith("isolation is proved\n")


async def test_it_names_what_failed_and_exits_with_1(aegis, database, admin, real):
    table = f"{scope.schema_of(real[0].tenant_id)}.person"
    await admin.execute(f"grant select on {table} to public")
    try:
        status, printed = await aegis("isolation", "prove", "--tenants", "2")
    finally:
        await admin.execute(f"revoke select on {table} from public")

    assert status == 1
    assert f"fail  crossed: rights: {table}: SELECT granted to public" in printed
    assert "isolation is proved" not in printed
    assert not (await last_proof(database)).passed


async def test_doctor_says_of_each_way_that_it_is_closed(aegis, real):
    _, printed = await aegis("doctor")

    assert printed.count("ok    isolation: a tenant cannot ") == 8
    assert "note  isolation" not in printed
