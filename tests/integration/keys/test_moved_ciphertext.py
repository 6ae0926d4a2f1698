"""A sealed token opens in the row it was sealed for and nowhere else: tried by the product's own way
of reading tokens, after somebody with all rights on the database has moved it."""

import asyncpg
import pytest

from core.db import scope
from core.kernel.errors import Unavailable
from core.kernel.sealing import CannotOpen, Sealer, new_key
from core.tenancy import store
from core.tenancy.install_workspace import open_bot_token

MASTER = Sealer(new_key())


@pytest.fixture
async def database(place):
    return await place.process(MASTER)


async def sealed_in(place, tenant) -> tuple[bytes, str]:
    row = await place.admin.fetchrow(
        f"select sealed_token, key_id from {scope.schema_of(tenant)}.oauth_tokens"
        " where user_id = 'workspace'"
    )
    return row["sealed_token"], row["key_id"]


async def put(database, tenant, holder: str, sealed: bytes, key_id: str) -> None:
    async with database.sealing(tenant) as (tx, _):
        await store.put_token(tx, tenant, holder, sealed, key_id, "", "U1")


async def test_a_token_moved_to_another_tenant_does_not_open(place, database, caplog):
    ours, theirs = [await place.install(database, MASTER, f"xoxb-{n}") for n in range(2)]
    sealed, key_id = await sealed_in(place, theirs)

    await put(database, ours, "workspace", sealed, key_id)

    with pytest.raises(Unavailable, match="has to be made again"):
        await open_bot_token(database, ours)
    assert "does not open" in caplog.text
    assert "xoxb" not in caplog.text


async def test_with_the_neighbours_key_and_row_moved_too_it_does_not_open(place, database):
    """F32: the wrapped key belongs to its tenant as the token belongs to its row."""
    ours, theirs = [await place.install(database, MASTER, f"xoxb-{n}") for n in range(2)]
    sealed, key_id = await sealed_in(place, theirs)
    await put(database, ours, "workspace", sealed, key_id)
    await place.admin.execute(
        "update control.tenant set wrapped_key = (select wrapped_key from control.tenant"
        " where tenant_id = $1) where tenant_id = $2",
        theirs,
        ours,
    )
    database.forget(ours)

    with pytest.raises(Unavailable):
        await open_bot_token(database, ours)


async def test_a_token_restored_under_another_tenant_id_does_not_open_even_with_its_keys(
    place, database
):
    """F32: whoever has the data key itself still has to name the tenant it was sealed for."""
    ours, theirs = [await place.install(database, MASTER, f"xoxb-{n}") for n in range(2)]
    sealed, _ = await sealed_in(place, theirs)
    sealer = (await database.tenant(theirs)).sealer

    assert sealer.open(sealed, theirs, "workspace", "slack") == b"xoxb-1"
    with pytest.raises(CannotOpen):
        sealer.open(sealed, ours, "workspace", "slack")


async def test_a_persons_token_moved_into_the_workspaces_row_does_not_open(place, database):
    tenant = await place.install(database, MASTER, "xoxb-1")
    context = await database.tenant(tenant)
    person = context.sealer.seal(b"xoxp-1", tenant, "U2", "slack")
    await put(database, tenant, "U2", person, context.sealer.key_id)

    await put(database, tenant, "workspace", person, context.sealer.key_id)

    with pytest.raises(Unavailable):
        await open_bot_token(database, tenant)


async def test_a_token_of_another_provider_does_not_open_as_one_for_slack(place, database):
    tenant = await place.install(database, MASTER, "xoxb-1")
    context = await database.tenant(tenant)
    other = context.sealer.seal(b"ya29", tenant, "workspace", "google")

    await put(database, tenant, "workspace", other, context.sealer.key_id)

    with pytest.raises(Unavailable):
        await open_bot_token(database, tenant)


async def test_a_row_cannot_say_that_it_was_sealed_in_another_way(place, database):
    tenant = await place.install(database, MASTER, "xoxb-1")
    for column, table in (
        ("algorithm", f"{scope.schema_of(tenant)}.oauth_tokens"),
        ("wrapping_algorithm", "control.tenant"),
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await place.admin.execute(f"update {table} set {column} = 'none'")


async def test_a_changed_byte_anywhere_and_it_does_not_open(place, database):
    tenant = await place.install(database, MASTER, "xoxb-1")
    sealed, key_id = await sealed_in(place, tenant)
    for at in range(0, len(sealed), 5):
        changed = bytearray(sealed)
        changed[at] ^= 1
        await put(database, tenant, "workspace", bytes(changed), key_id)
        with pytest.raises(Unavailable):
            await open_bot_token(database, tenant)

    await put(database, tenant, "workspace", sealed, key_id)
    assert await open_bot_token(database, tenant) is not None
