"""SQL of somebody who sits in one tenant's role and wants another's rows (A32)."""

import asyncpg
import pytest

from core.db import scope
from core.db.transaction import ScopeError

# {theirs}: the other tenant's schema, which is also its role; {ours}: one's own.
REACHES = [
    "select display_name from {theirs}.person",
    "insert into {theirs}.person (person_id, standing) values ('U9', 'owner')",
    "update {theirs}.person set standing = 'owner'",
    "delete from {theirs}.person",
    "truncate {theirs}.person",
    "create table {theirs}.planted (word text)",
    "create table {ours}.planted (word text)",
    "create table public.planted (word text)",
    "create view {ours}.window as select display_name from {theirs}.person",
    "create table {ours}.tied (person_id text references {theirs}.person (person_id))",
    "create function {ours}.borrow() returns int language sql security definer as 'select 1'",
    "copy {theirs}.person to stdout",
    "set role {theirs}",
    "set role aegis_owner",
    "alter role {ours} superuser",
    "grant {theirs} to {ours}",
    "select pg_read_file('/etc/passwd')",
    "select pg_ls_dir('/')",
    "select lo_import('/etc/passwd')",
    "copy (select 1) to program 'true'",
    "copy {ours}.person from '/etc/passwd'",
    "create extension dblink",
    "select dblink('dbname=aegis', 'select 1')",
    "select tenant_id, wrapped_key from control.tenant",
    "select control.accept_events('{{}}', '{{}}', '{{}}', '{{}}', '{{}}')",
    "select rolpassword from pg_authid",
    "select txid_current_snapshot()",
    "select age(xmin) from {ours}.person",
    "select mxid_age(xmin) from {ours}.person",
    "select pg_stat_get_db_parallel_workers_to_launch(1)",
]
DENIED = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.InvalidSchemaNameError,
    asyncpg.UndefinedFunctionError,  # dblink is not there
    asyncpg.UndefinedTableError,
    asyncpg.FeatureNotSupportedError,  # an extension that this server does not have
    asyncpg.UndefinedFileError,
)


@pytest.mark.parametrize("statement", REACHES)
async def test_a_tenants_role_is_denied_what_is_not_its_own(pair, admin, statement):
    """A32: with the role for the whole session, as if a tenant had a login of its own."""
    ours, theirs = (scope.schema_of(context.tenant_id) for context in pair)
    await admin.execute(f"set session authorization {ours}")

    with pytest.raises(DENIED):
        await admin.execute(statement.format(ours=ours, theirs=theirs))


# The superuser of the test above may always go back; the service's login may not, and never asks.
@pytest.mark.parametrize("statement", [*REACHES, "set session authorization {theirs}"])
async def test_a_tenants_transaction_is_denied_what_is_not_its_own(pair, statement):
    """A32: on the way that all of the product goes; what is no data statement is not even sent."""
    ours, theirs = (scope.schema_of(context.tenant_id) for context in pair)

    with pytest.raises((*DENIED, ScopeError)):
        async with pair[0].db.transaction() as tx:
            await tx.execute(statement.format(ours=ours, theirs=theirs))


async def test_two_statements_in_one_are_refused(pair):
    """A32: the extended protocol takes one statement, so none follows a semicolon."""
    theirs = scope.schema_of(pair[1].tenant_id)

    with pytest.raises(asyncpg.PostgresSyntaxError):
        async with pair[0].db.transaction() as tx:
            await tx.execute(f"select 1; set role {theirs}; select 2")


async def test_a_tenant_can_still_work_after_all_that(pair):
    """The counter-proof: what is denied above is not denied because nothing works."""
    async with pair[0].db.transaction() as tx:
        await tx.execute("insert into person (person_id, standing) values ('U9', 'member')")
        assert await tx.fetchval("select count(*) from person") == 1
