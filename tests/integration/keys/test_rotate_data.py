"""`aegis keys rotate --data`: a new data key for each tenant, and everything sealed anew with it."""

import asyncio

import pytest

from core.db import scope
from core.kernel.errors import Unavailable
from core.kernel.sealing import ALGORITHM, CannotOpen, Sealer, key_id_of, new_key
from core.kernel.tenant_keys import TenantKeys
from core.tenancy.install_workspace import open_bot_token
from core.tenancy.keys.rotate_data import BROKEN, list_rotating_tenants, rotate_data

KEY = new_key()
MASTER = Sealer(KEY)


@pytest.fixture
async def database(place):
    return await place.process(MASTER)


async def rotate(place, database, tenants, wait=None):
    return await rotate_data(
        database,
        place.provisioner(MASTER),
        tenants,
        actor="operator",
        wait=wait or place.all_look_anew,
    )


async def row_of(place, tenant):
    return await place.admin.fetchrow(
        f"select sealed_token, key_id, algorithm, user_id from {scope.schema_of(tenant)}.oauth_tokens"
    )


async def keys_of(place, tenant) -> TenantKeys:
    row = await place.admin.fetchrow(
        "select wrapped_key from control.tenant where tenant_id = $1", tenant
    )
    return TenantKeys.unwrap(MASTER, row["wrapped_key"], tenant)


async def test_the_token_opens_as_before_with_a_new_key_alone(place, database):
    tenant = await place.install(database, MASTER, "xoxb-1")
    before = await database.tenant(tenant)
    sealed_before = await row_of(place, tenant)

    done = await rotate(place, database, [tenant])

    assert (done.tenants, done.values, done.unfinished) == (1, 1, {})
    after, keys, row = (
        await database.tenant(tenant),
        await keys_of(place, tenant),
        await row_of(place, tenant),
    )
    assert keys.coming is None
    assert [key_id_of(key) for key in keys.data] == [after.sealer.key_id]
    assert (row["key_id"], row["algorithm"]) == (after.sealer.key_id, ALGORITHM)
    assert row["key_id"] != sealed_before["key_id"]
    opened = await open_bot_token(database, tenant)
    assert opened is not None
    assert opened[0].reveal() == "xoxb-1"
    with pytest.raises(CannotOpen):
        before.sealer.open(row["sealed_token"], tenant, "workspace", "slack")
    with pytest.raises(CannotOpen):
        after.sealer.open(sealed_before["sealed_token"], tenant, "workspace", "slack")


async def test_fingerprints_of_before_and_after_can_be_compared(place, database):
    tenant = await place.install(database, MASTER, "xoxb-1")
    before = (await database.tenant(tenant)).fingerprint("hello")

    await rotate(place, database, [tenant])
    database.forget(tenant)

    assert (await database.tenant(tenant)).fingerprint("hello") == before


async def test_it_is_in_the_tenants_audit_log_with_the_ids_of_both_keys(place, database):
    tenant = await place.install(database, MASTER, "xoxb-1")
    old = (await database.tenant(tenant)).sealer.key_id

    await rotate(place, database, [tenant])

    rows = await place.admin.fetch(
        f"select actor, outcome, reference, detail::json as detail, detail::json->>'old_key' as old,"
        f" detail::json->>'new_key' as new from {scope.schema_of(tenant)}.audit_event"
        " where action = 'tenancy:key:rotate' order by seq"
    )
    new = (await database.tenant(tenant)).sealer.key_id
    assert [(row["outcome"], row["old"], row["new"]) for row in rows] == [
        ("attempt", old, None),
        ("done", None, new),
    ]
    assert len({row["reference"] for row in rows}) == 1


async def test_a_frozen_tenant_is_rotated_and_an_erased_one_is_left_alone(place, database):
    active, frozen, erased = [await place.install(database, MASTER, "xoxb-1") for _ in range(3)]
    await place.admin.execute(
        "update control.tenant set status = 'frozen' where tenant_id = $1", frozen
    )
    await place.admin.execute(
        "update control.tenant set status = 'erased', wrapped_key = '' where tenant_id = $1", erased
    )

    tenants = await list_rotating_tenants(database)
    done = await rotate(place, database, [*tenants, erased])

    assert set(tenants) == {active, frozen}
    assert (done.tenants, done.values) == (2, 2)
    assert set(done.unfinished) == {erased}
    left = "select wrapped_key from control.tenant where tenant_id = $1"
    assert await place.admin.fetchval(left, erased) == b""


async def test_what_does_not_open_keeps_the_old_key_and_holds_up_nobody(place, database):
    good, bad = [await place.install(database, MASTER, "xoxb-1") for _ in range(2)]
    ring = await keys_of(place, bad)
    await place.admin.execute(
        f"update {scope.schema_of(bad)}.oauth_tokens set sealed_token = '\\x0100'"
    )

    done = await rotate(place, database, [bad, good])

    assert done.unfinished == {bad: BROKEN}
    assert done.tenants == 1
    assert ring.data[0] in (await keys_of(place, bad)).data
    with pytest.raises(Unavailable, match="made again"):
        await open_bot_token(database, bad)


async def test_a_process_that_has_not_heard_of_the_new_key_opens_what_it_sealed(place, database):
    """Its cache is older than the whole rotation: nobody waited for it."""
    behind = await place.process(MASTER)
    tenant = await place.install(database, MASTER, "xoxb-1")
    stale = await behind.tenant(tenant)
    place.databases.remove(behind)

    await rotate(place, database, [tenant])

    assert await behind.tenant(tenant) is stale
    opened = await open_bot_token(behind, tenant)
    assert opened is not None
    assert opened[0].reveal() == "xoxb-1"


async def test_a_writer_that_is_slower_than_the_rotation_loses_nothing(place, database):
    """It has the old ring in its hands when the rotation wants to take the old key away."""
    tenant = await place.install(database, MASTER, "xoxb-1")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def write():
        async with database.sealing(tenant) as (tx, context):
            begun.set()
            await go_on.wait()
            sealed = context.sealer.seal(b"xoxb-2", tenant, "workspace", "slack")
            await tx.execute(
                "update oauth_tokens set sealed_token = $1, key_id = $2",
                sealed,
                context.sealer.key_id,
            )

    writing = asyncio.create_task(write())
    await begun.wait()
    rotating = asyncio.create_task(rotate(place, database, [tenant]))
    async with asyncio.timeout(20):
        while not await place.waits_for_a_lock():
            assert not rotating.done(), "it did not wait for the writer"
            await asyncio.sleep(0.01)
    go_on.set()
    await writing
    done = await rotating

    assert done.unfinished == {}
    assert done.values == 2, "sealed anew, found again, sealed anew"
    opened = await open_bot_token(await place.process(MASTER), tenant)
    assert opened is not None
    assert opened[0].reveal() == "xoxb-2"


async def test_the_new_key_seals_only_when_it_is_known_and_the_old_goes_when_it_seals_nothing(
    place, database
):
    tenant = await place.install(database, MASTER, "xoxb-1")
    (old,) = (await keys_of(place, tenant)).data
    seen = []

    async def wait():
        seen.append(await keys_of(place, tenant))
        await place.all_look_anew()

    await rotate(place, database, [tenant], wait)

    first, second = seen
    assert first.data == (old,)
    assert first.coming is not None
    assert second.data == (first.coming, old)
    assert (await keys_of(place, tenant)).data == (first.coming,)


async def test_two_rotations_at_once_end_in_one_new_key(place, database):
    other = await place.process(MASTER)
    tenants = [await place.install(database, MASTER, f"xoxb-{n}") for n in range(5)]

    await asyncio.gather(rotate(place, database, tenants), rotate(place, other, tenants))

    fresh = await place.process(MASTER)
    for number, tenant in enumerate(tenants):
        opened = await open_bot_token(fresh, tenant)
        assert opened is not None
        assert opened[0].reveal() == f"xoxb-{number}"
        keys, row = await keys_of(place, tenant), await row_of(place, tenant)
        assert len(keys.data) == 1
        assert row["key_id"] == key_id_of(keys.data[0])
