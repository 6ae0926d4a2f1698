"""`aegis keys rotate`: every tenant's keys under the current master key, and under no earlier one."""

import asyncio
import base64
import os

import pytest

from core.kernel.errors import Unavailable
from core.kernel.sealing import ALGORITHM, ReloadingSealer, Sealer, key_id_of, new_key
from core.kernel.secret import Secret
from core.tenancy.install_workspace import open_bot_token
from core.tenancy.keys.check_master import MasterKeyMissing, check_master
from core.tenancy.keys.rotate_data import rotate_data
from core.tenancy.keys.rotate_master import rotate_master


def encoded(key: bytes) -> Secret:
    return Secret(base64.b64encode(key).decode())


async def token_of(database, tenant) -> str:
    opened = await open_bot_token(database, tenant)
    assert opened is not None
    return opened[0].reveal()


async def wrapping(place) -> set[tuple[str, str]]:
    rows = await place.admin.fetch(
        "select wrapping_key_id, wrapping_algorithm from control.tenant where wrapped_key <> ''"
    )
    return {tuple(row) for row in rows}


async def test_afterwards_the_new_key_opens_everything_and_the_old_one_nothing(place):
    old, new = new_key(), new_key()
    before = await place.process(Sealer(old))
    tenants = [await place.install(before, Sealer(old), f"xoxb-{n}") for n in range(3)]
    assert await wrapping(place) == {(key_id_of(old), ALGORITHM)}

    done = await rotate_master(place.provisioner(Sealer(new, old)))

    assert (done.moved, done.broken, done.key_id) == (3, (), key_id_of(new))
    assert await wrapping(place) == {(key_id_of(new), ALGORITHM)}
    after = await place.process(Sealer(new))
    assert await check_master(after, Sealer(new)) == {key_id_of(new): 3}
    for number, tenant in enumerate(tenants):
        assert await token_of(after, tenant) == f"xoxb-{number}"
        before.forget(tenant)
        with pytest.raises(Unavailable):
            await before.tenant(tenant)
    with pytest.raises(MasterKeyMissing, match=key_id_of(new)):
        await check_master(before, Sealer(old))


async def test_a_second_run_finds_nothing_to_do(place):
    old, new = new_key(), new_key()
    await place.install(await place.process(Sealer(old)), Sealer(old), "xoxb-1")
    both = place.provisioner(Sealer(new, old))

    assert (await rotate_master(both)).moved == 1
    assert (await rotate_master(both)).moved == 0


async def test_without_one_of_the_keys_it_refuses_and_changes_nothing(place):
    """A72: the wrong master key."""
    first, second, wrong = new_key(), new_key(), new_key()
    for key in (first, second):
        await place.install(await place.process(Sealer(key)), Sealer(key), "xoxb-1")
    before = await place.admin.fetch("select * from control.tenant order by tenant_id")

    with pytest.raises(MasterKeyMissing) as told:
        await rotate_master(place.provisioner(Sealer(wrong, first)))

    assert key_id_of(second) in str(told.value)
    assert "AEGIS_OLD_MASTER_KEYS" in str(told.value)
    for key in (first, second, wrong):
        assert encoded(key).reveal() not in str(told.value)
        assert key.hex() not in str(told.value)
    assert await place.admin.fetch("select * from control.tenant order by tenant_id") == before


async def test_a_key_that_does_not_open_is_named_and_the_others_move(place):
    old, new = new_key(), new_key()
    database = await place.process(Sealer(old))
    good, bad = [await place.install(database, Sealer(old), "xoxb-1") for _ in range(2)]
    await place.admin.execute(
        "update control.tenant set wrapped_key = (select wrapped_key from control.tenant where"
        " tenant_id = $1) where tenant_id = $2",
        good,
        bad,
    )

    done = await rotate_master(place.provisioner(Sealer(new, old)))

    assert (done.moved, done.broken) == (1, (bad,))


async def test_a_shredded_key_stays_shredded(place):
    old, new = new_key(), new_key()
    database = await place.process(Sealer(old))
    tenant = await place.install(database, Sealer(old), "xoxb-1")
    await place.admin.execute("update control.tenant set wrapped_key = '', status = 'erased'")

    done = await rotate_master(place.provisioner(Sealer(new, old)))

    assert (done.moved, done.broken) == (0, ())
    assert (
        await place.admin.fetchval(
            "select wrapped_key from control.tenant where tenant_id = $1", tenant
        )
        == b""
    )


async def test_two_at_once_and_a_data_rotation_beside_them_lose_nothing(place):
    old, new = new_key(), new_key()
    both = Sealer(new, old)
    database = await place.process(both)
    tenants = [await place.install(database, Sealer(old), f"xoxb-{n}") for n in range(12)]

    await asyncio.gather(
        rotate_master(place.provisioner(both)),
        rotate_master(place.provisioner(both)),
        rotate_data(
            database,
            place.provisioner(both),
            tenants,
            actor="operator",
            wait=place.all_look_anew,
        ),
    )

    fresh = await place.process(Sealer(new))
    assert await check_master(fresh, Sealer(new)) == {key_id_of(new): 12}
    assert [await token_of(fresh, tenant) for tenant in tenants] == [f"xoxb-{n}" for n in range(12)]


async def test_a_tenant_made_while_the_key_changes_is_not_left_behind(place):
    """It is wrapped with the old key before the new one comes, and committed after."""
    old, new = new_key(), new_key()
    keys = [old]
    running = ReloadingSealer(lambda: [encoded(key) for key in keys])
    team = "T" + os.urandom(5).hex().upper()
    async with place.admin.transaction():
        # Where making a tenant has to wait, with its key wrapped and not committed.
        await place.admin.execute("lock table control.workspace in exclusive mode")
        making = asyncio.create_task(place.provisioner(running).tenant_for(team))
        await until_waiting(place, "relation", making)
        keys[:] = [new, old]
        rotating = asyncio.create_task(rotate_master(place.provisioner(Sealer(new, old))))
        await until_waiting(place, "advisory", rotating)
    await making
    done = await rotating

    assert (done.moved, done.broken) == (1, ())
    assert await wrapping(place) == {(key_id_of(new), ALGORITHM)}


async def until_waiting(place, kind: str, task: "asyncio.Task[object]") -> None:
    question = "select exists (select from pg_locks where locktype = $1 and not granted)"
    async with asyncio.timeout(20):
        while not await place.admin.fetchval(question, kind):
            assert not task.done(), "it did not wait"
            await asyncio.sleep(0.01)


async def test_a_running_process_serves_and_makes_tenants_without_a_restart(place):
    """The embedded database: the keys change in the state directory under the process."""
    old, new = new_key(), new_key()
    keys = [old]
    running_master = ReloadingSealer(lambda: [encoded(key) for key in keys])
    running = await place.process(running_master)
    first = await place.install(running, running_master, "xoxb-1")
    keys[:] = [new, old]

    await rotate_master(place.provisioner(Sealer(new, old)))
    keys[:] = [new]
    running.forget(first)

    assert await token_of(running, first) == "xoxb-1"
    second = await place.install(running, running_master, "xoxb-2")
    assert await token_of(running, second) == "xoxb-2"
    assert await wrapping(place) == {(key_id_of(new), ALGORITHM)}
