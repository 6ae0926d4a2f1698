"""A72: keys are rotated while two processes read tokens all the time: not one read fails."""

import asyncio
import itertools

from core.kernel.ids import TenantId
from core.kernel.sealing import Sealer, new_key
from core.kernel.secret import Secret
from core.tenancy.install_workspace import Grant, install_workspace, open_bot_token
from core.tenancy.keys.rotate_data import rotate_data
from core.tenancy.keys.rotate_master import rotate_master

TENANTS = 6
ROUNDS = 3


async def test_no_read_fails_while_master_and_data_keys_are_rotated(place):
    keys = [new_key() for _ in range(ROUNDS + 1)]
    first = Sealer(keys[0])
    founder = await place.process(first)
    tenants = [await place.install(founder, first, f"xoxb-{n}") for n in range(TENANTS)]
    # As after a restart with both keys, each with caches of its own.
    readers = [await place.process(Sealer(*reversed(keys))) for _ in range(2)]
    stop, reads = asyncio.Event(), itertools.count()

    async def read(database, start):
        for number in itertools.cycle(range(start, start + TENANTS)):
            if stop.is_set():
                return
            tenant = tenants[number % TENANTS]
            opened = await open_bot_token(database, tenant)
            assert opened is not None
            assert opened[0].reveal().startswith(f"xoxb-{number % TENANTS}")
            next(reads)

    reading = [asyncio.create_task(read(db, start)) for db in readers for start in range(2)]
    writing = asyncio.create_task(write(place, readers[0], keys, tenants, stop))
    for number in range(ROUNDS):
        master = Sealer(*reversed(keys[: number + 2]))
        await asyncio.gather(
            rotate_master(place.provisioner(master)), rotate_all(place, readers[1], master, tenants)
        )
    stop.set()
    await asyncio.gather(*reading, writing)

    assert next(reads) > 100
    await everything_opens(place, Sealer(keys[-1]), tenants)


async def write(place, database, keys, tenants: list[TenantId], stop: asyncio.Event) -> None:
    """New tokens come in meanwhile, as when workspaces are connected again."""
    provisioner = place.provisioner(Sealer(*reversed(keys)))
    for number in itertools.count():
        if stop.is_set():
            return
        which = number % TENANTS
        team = await place.admin.fetchval(
            "select team_id from control.workspace where tenant_id = $1", tenants[which]
        )
        grant = Grant(team, Secret(f"xoxb-{which}-{number}"), "U1")
        await install_workspace(database, provisioner, grant)


async def rotate_all(place, database, master, tenants) -> None:
    done = await rotate_data(
        database, place.provisioner(master), tenants, actor="operator", wait=nothing
    )
    assert done.unfinished == {}


async def nothing() -> None:
    """Nobody waits until the other processes know: even so nothing may be lost."""


async def everything_opens(place, master: Sealer, tenants) -> None:
    """With the last master key alone, and each tenant with one data key."""
    fresh = await place.process(master)
    for number, tenant in enumerate(tenants):
        opened = await open_bot_token(fresh, tenant)
        assert opened is not None
        assert opened[0].reveal().startswith(f"xoxb-{number}")
        assert len((await fresh.tenant(tenant)).sealer.key_ids) == 1
    used = await place.admin.fetch("select distinct wrapping_key_id from control.tenant")
    assert [row["wrapping_key_id"] for row in used] == [master.key_id]
