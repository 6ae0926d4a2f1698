"""kill -9 in the middle of a rotation: everything opens meanwhile, and the next run finishes.

The rotation runs as a process of its own. It is stopped where we want by a row that is locked, or by
a wait that does not end, and then killed.
"""

import asyncio
import base64
import os
import signal
import sys
from contextlib import asynccontextmanager

import pytest

from core.db import scope
from core.kernel.sealing import Sealer, key_id_of, new_key
from core.tenancy.install_workspace import open_bot_token
from core.tenancy.keys.check_master import check_master
from core.tenancy.keys.rotate_data import rotate_data
from core.tenancy.keys.rotate_master import rotate_master
from tests.contract.repository import ROOT

PROGRAM = """
import asyncio, base64, os, sys
from core.db.database import Database
from core.db.pool import open_pool
from core.kernel.sealing import Sealer
from core.tenancy.install_workspace import Provisioner
from core.tenancy.keys.rotate_data import list_rotating_tenants, rotate_data
from core.tenancy.keys.rotate_master import rotate_master

async def main():
    master = Sealer(*(base64.b64decode(key) for key in os.environ["KEYS"].split(",")))
    provisioner = Provisioner(os.environ["ADMIN"], "", master)
    if sys.argv[1] == "master":
        print("begun", flush=True)
        await rotate_master(provisioner)
        return
    waits = 0
    async def wait():
        nonlocal waits
        waits += 1
        print(f"wait {waits}", flush=True)
        if sys.argv[2] == str(waits):
            await asyncio.Event().wait()
    database = Database(await open_pool(os.environ["SERVICE"], size=2), master)
    tenants = await list_rotating_tenants(database)
    await rotate_data(database, provisioner, tenants, actor="operator", wait=wait)

asyncio.run(main())
"""


@asynccontextmanager
async def rotating(place, keys, *words):
    """The process; killed at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        *words,
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "ADMIN": place.admin_dsn,
            "SERVICE": place.service_dsn,
            "KEYS": ",".join(base64.b64encode(key).decode() for key in keys),
        },
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL, "it ended by itself"


async def until(place, question):
    async with asyncio.timeout(30):
        while True:
            if await place.admin.fetchval(question):
                return
            await asyncio.sleep(0.02)


async def tokens(database, tenants):
    opened = [await open_bot_token(database, tenant) for tenant in tenants]
    return [found[0].reveal() for found in opened if found]


BLOCKED = "select exists (select from pg_locks where not granted)"


async def test_a_master_rotation_that_is_killed_is_finished_by_the_next(place):
    """A72."""
    old, new = new_key(), new_key()
    database = await place.process(Sealer(new, old))
    tenants = [await place.install(database, Sealer(old), f"xoxb-{n}") for n in range(6)]
    expected = [f"xoxb-{n}" for n in range(6)]
    async with place.admin.transaction():
        await place.admin.execute(
            "select from control.tenant where tenant_id = $1 for update", sorted(tenants)[3]
        )
        async with rotating(place, (new, old), "master"):
            await until(place, BLOCKED)
    await until(place, f"select not ({BLOCKED})")

    during = await place.process(Sealer(new, old))
    used = await check_master(during, Sealer(new, old))
    # The server may still carry out the one statement that the lock held up.
    assert used[key_id_of(old)] in (2, 3)
    assert sum(used.values()) == 6
    assert await tokens(during, tenants) == expected
    await rotate_master(place.provisioner(Sealer(new, old)))
    after = await place.process(Sealer(new))
    assert await check_master(after, Sealer(new)) == {key_id_of(new): 6}
    assert await tokens(after, tenants) == expected


@pytest.mark.parametrize("phase", ["1", "2"])
async def test_a_data_rotation_that_is_killed_while_it_waits_is_finished_by_the_next(place, phase):
    key = new_key()
    master = Sealer(key)
    database = await place.process(master)
    tenants = [await place.install(database, master, f"xoxb-{n}") for n in range(3)]
    expected = [f"xoxb-{n}" for n in range(3)]
    old = [(await database.tenant(tenant)).sealer.key_id for tenant in tenants]
    async with rotating(place, (key,), "data", phase) as process:
        assert process.stdout is not None
        for number in range(1, int(phase) + 1):
            assert await process.stdout.readline() == f"wait {number}\n".encode()

    during = await place.process(master)
    assert await tokens(during, tenants) == expected
    assert await tokens(database, tenants) == expected
    await finish(place, database, tenants, expected, old)


async def test_a_data_rotation_that_is_killed_while_it_seals_anew_is_finished_by_the_next(place):
    key = new_key()
    master = Sealer(key)
    database = await place.process(master)
    tenants = [await place.install(database, master, f"xoxb-{n}") for n in range(3)]
    expected = [f"xoxb-{n}" for n in range(3)]
    old = [(await database.tenant(tenant)).sealer.key_id for tenant in tenants]
    async with place.admin.transaction():
        await place.admin.execute(
            f"select from {scope.schema_of(sorted(tenants)[1])}.oauth_tokens for update"
        )
        async with rotating(place, (key,), "data", "never"):
            await until(place, BLOCKED)
    await until(place, f"select not ({BLOCKED})")

    await place.all_look_anew()
    during = await place.process(master)
    assert await tokens(during, tenants) == expected
    assert await tokens(database, tenants) == expected
    await finish(place, database, tenants, expected, old, already=1)


async def finish(place, database, tenants, expected, old, already=0):
    """The next run: each tenant ends with one key, and not with the old one."""
    done = await rotate_data(
        database,
        place.provisioner(place.master_of(database)),
        tenants[:],
        actor="operator",
        wait=place.all_look_anew,
    )
    assert done.unfinished == {}
    assert done.values >= len(tenants) - already
    fresh = await place.process(place.master_of(database))
    assert await tokens(fresh, tenants) == expected
    contexts = [await fresh.tenant(tenant) for tenant in tenants]
    assert all(len(context.sealer.key_ids) == 1 for context in contexts)
    assert not {context.sealer.key_id for context in contexts} & set(old)
