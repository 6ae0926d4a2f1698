"""`prove`: what it counts, what it leaves behind, and that it passes as things are."""

import asyncio

import asyncpg
import pytest

from core.db import scope
from core.isolation import prove as proving
from core.isolation.last_proof import last_proof
from core.isolation.model import WAYS
from core.isolation.proof import throwaway
from core.isolation.proof.functions import find_store_functions
from core.kernel.errors import Conflict, Invalid
from core.tenancy import store

TABLES = "select count(*) from pg_class where relkind = 'r' and relnamespace = $1::regnamespace"
SCHEMAS = "select array_agg(nspname::text order by 1) from pg_namespace where nspname ~ '^tenant_'"


async def leftovers(admin, real):
    """Schemas, roles and registered tenants beside the real ones."""
    known = [scope.schema_of(context.tenant_id) for context in real]
    return await admin.fetchval(
        "select (select count(*) from pg_namespace where nspname ~ '^tenant_' and nspname <> all ($1))"
        " + (select count(*) from pg_roles where rolname ~ '^tenant_' and rolname <> all ($1))"
        " + (select count(*) from control.tenant where 'tenant_' || tenant_id <> all ($1))"
        " + (select count(*) from control.audit_chain where 'tenant_' || tenant_id <> all ($1))",
        known,
    )


async def test_five_tenants_are_proved_and_gone(database, provisioner, admin, real):
    """A32, A36, A39: whatever a store offers, and whatever SQL can say, as one tenant on another."""
    report = await proving.prove(database, provisioner, 5)

    assert report.failures == {}
    assert report.proof.passed
    assert report.notes == [f"the server leaves open to all: {WAYS['names']}"]
    assert set(report.outcomes) == {"denied", "empty", "program", "open"}
    assert report.outcomes["open"] == 5 * 2 * 2  # a schema's name and a role's, in two manners
    assert report.proof.tables == await admin.fetchval(TABLES, scope.schema_of(real[0].tenant_id))
    assert report.proof.functions == len(find_store_functions())
    assert await leftovers(admin, real) == 0
    assert await last_proof(database) == report.proof


async def test_what_only_the_program_closes_is_counted_by_itself(database, provisioner):
    report = await proving.prove(database, provisioner, 2)

    # set role, set local role, reset role, set search_path, listen, notify: past the guard; and as
    # the role itself, for which `set role` is denied, the last four.
    assert report.outcomes["program"] == 2 * (6 + 4)


async def test_its_tenants_are_never_seen_as_workspaces(database, provisioner, admin, real):
    throwaways = throwaway.throwaway_tenants(database, provisioner, admin, 2)
    async with throwaways as made, database.control() as tx:
        listed = await store.list_workspaces(tx)
        teams = [await store.find_team(tx, context.tenant_id) for context in made]

    assert {tenant for _, tenant in listed} == {context.tenant_id for context in real}
    assert teams == [None, None]


async def test_what_a_killed_proof_has_left_is_erased_by_the_next(
    database, provisioner, admin, real
):
    left = await throwaway._make(provisioner, admin)
    assert await leftovers(admin, real) > 0

    report = await proving.prove(database, provisioner, 2)

    assert report.proof.passed
    assert scope.schema_of(left) not in await admin.fetchval(SCHEMAS)
    assert await leftovers(admin, real) == 0


async def test_a_proof_that_is_stopped_erases_its_tenants(database, provisioner, admin, real):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await proving.prove(database, provisioner, 20)

    assert await leftovers(admin, real) == 0


async def test_a_transaction_that_was_left_open_brings_nothing_back(
    database, provisioner, admin, real
):
    """As by a commit that was cut off: what is erased inside of it is there again at its end."""
    own = await asyncpg.connect(provisioner.admin_dsn)

    async def cut_off():
        async with throwaway.throwaway_tenants(database, provisioner, own, 2):
            await own.execute("begin")
            raise TimeoutError

    with pytest.raises(TimeoutError):
        await cut_off()
    await own.close()

    assert await leftovers(admin, real) == 0


async def test_a_tenant_whose_checkpoint_was_signed_meanwhile_is_erased_too(
    database, provisioner, admin, real
):
    async with throwaway.throwaway_tenants(database, provisioner, admin, 2) as made:
        await admin.execute(
            "insert into control.audit_checkpoint (tenant_id, seq, head, signed_at, key_id, signature)"
            " values ($1, 1, repeat('0', 64), now(), 'key', 'signature')",
            made[0].tenant_id,
        )

    assert await leftovers(admin, real) == 0


async def test_two_proofs_do_not_run_at_once(database, provisioner, admin):
    async with throwaway.throwaway_tenants(database, provisioner, admin, 2):
        with pytest.raises(Conflict):
            await proving.prove(database, provisioner, 2)


@pytest.mark.parametrize("count", [0, 1, 101])
async def test_a_proof_takes_at_least_two_tenants_and_not_too_many(database, provisioner, count):
    with pytest.raises(Invalid):
        await proving.prove(database, provisioner, count)
