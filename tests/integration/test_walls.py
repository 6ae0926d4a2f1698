"""The three walls: schema, role and key. One tenant's work cannot touch another's."""

import asyncio

import asyncpg
import pytest

from core.db import scope
from core.db.database import Database
from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.kernel.sealing import CannotOpen
from core.tenancy import store
from core.tenancy.model import Person


async def test_a_tenant_sees_its_own_rows_and_no_others(new_context):
    ours, theirs = await new_context(), await new_context()
    async with theirs.db.transaction() as tx:
        await store.put_person(tx, Person("U1", "member", "canary"))

    async with ours.db.transaction() as tx:
        found = await store.find_person(tx, "U1", fresh_seconds=60)

    assert found is None


@pytest.mark.parametrize("verb", ["select * from", "delete from"])
async def test_a_foreign_table_is_denied_by_name(new_context, verb):
    ours, theirs = await new_context(), await new_context()

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with ours.db.transaction() as tx:
            await tx.execute(f"{verb} {scope.schema_of(theirs.tenant_id)}.person")


async def test_outside_a_tenant_the_login_reaches_no_tenant_table(context, database):
    for statement in ("select * from person", f"select * from tenant_{context.tenant_id}.person"):
        with pytest.raises((asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError)):
            async with database.control() as tx:
                await tx.execute(statement)


async def test_the_login_reads_the_registry_and_cannot_change_it(context, database):
    for statement in (
        "update control.workspace set tenant_id = tenant_id",
        "delete from control.workspace",
        "update control.tenant set wrapped_key = ''",
        "delete from control.tenant",
        "insert into control.workspace (team_id, tenant_id) values ('TX', 'x')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.control() as tx:
                await tx.execute(statement)


async def test_role_and_path_end_with_the_transaction_also_after_an_error(context, database):
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with context.db.transaction() as tx:
            await tx.execute("select 1/0")
    async with database.control() as tx:
        role, path = await tx.fetchrow(
            "select current_setting('role'), current_setting('search_path')"
        )

    assert role == "none"
    assert "tenant_" not in path


async def test_a_tenant_reaches_nothing_of_the_switchboard(context):
    for statement in (
        "select tenant_id from control.tenant",
        "select * from control.mailbox",
        "select control.accept_events('{}', '{}', '{}', '{}', '{}')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with context.db.transaction() as tx:
                await tx.execute(statement)


async def test_the_audit_log_takes_no_update_and_no_delete(context):
    for statement in ("update audit_event set actor = 'x'", "delete from audit_event"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with context.db.transaction() as tx:
                await tx.execute(statement)


async def test_a_sealed_value_opens_only_where_it_belongs(new_context):
    ours, theirs = await new_context(), await new_context()
    sealed = ours.sealer.seal(b"token", ours.tenant_id, "workspace", "slack")

    assert ours.sealer.open(sealed, ours.tenant_id, "workspace", "slack") == b"token"
    for sealer, belongs_to in [
        (theirs.sealer, (ours.tenant_id, "workspace", "slack")),
        (ours.sealer, (theirs.tenant_id, "workspace", "slack")),
        (ours.sealer, (ours.tenant_id, "workspaces", "lack")),
    ]:
        with pytest.raises(CannotOpen):
            sealer.open(sealed, *belongs_to)


async def test_an_id_that_is_not_registered_has_no_context(database: Database):
    with pytest.raises(NotFound):
        await database.tenant(new_id())


@pytest.mark.parametrize("wanted", ["", "public", "0" * 32 + "\n", "٠" * 32, "0" * 33, "A" * 32])
async def test_what_is_not_an_id_is_refused_like_one_that_nobody_has(database: Database, wanted):
    with pytest.raises(NotFound, match=r"^This workspace is not set up with AEGIS\.$"):
        await database.tenant(wanted)


async def test_two_installs_at_once_make_one_tenant(provisioner):

    first, second = await asyncio.gather(
        provisioner.tenant_for("TRACE00001"), provisioner.tenant_for("TRACE00001")
    )

    assert first == second
