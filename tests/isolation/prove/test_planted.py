"""A breach is planted, and the proof is seen to fail and to name it."""

import sys

import pytest

import core
from core.db import scope
from core.isolation import prove as proving
from core.isolation.proof.throwaway import throwaway_tenants

# right → the table it is granted on
RIGHTS = {"select": "person", "insert": "turn", "update": "document", "delete": "lexeme"}
# (planted by hand, how it is taken back, how the proof names it)
HAND_MADE = [
    (
        "grant select on {first}.person to public",
        "revoke select on {first}.person from public",
        "{first}.person: SELECT granted to public",
    ),
    (
        "grant select (agent) on {first}.turn to {second}",
        "revoke select (agent) on {first}.turn from {second}",
        "{first}.turn.agent: SELECT granted to {second}",
    ),
    (
        "grant select on control.tenant to {first}",
        "revoke select on control.tenant from {first}",
        "control.tenant: SELECT granted to {first}",
    ),
    (
        "grant {first} to {second}",
        "revoke {first} from {second}",
        "{first}: {second} is a member",
    ),
    (
        "grant {second} to proof_service with inherit true",
        "grant {second} to proof_service with inherit false",
        "{second}: proof_service is a member",
    ),
    (
        "grant aegis_owner to proof_service",
        "revoke aegis_owner from proof_service",
        "proof_service: may act as the owner of every tenant's tables",
    ),
    (
        "alter table {first}.lexeme owner to {second}",
        "alter table {first}.lexeme owner to aegis_owner",
        "{first}.lexeme: owned by {second}",
    ),
    (
        "alter role {first} bypassrls",
        "alter role {first} nobypassrls",
        "{first}: may do more than a tenant's role",
    ),
]


@pytest.fixture
def prove_with(database, provisioner, admin):
    """Runs a proof among two tenants after *plant* has done its work; gives the failures' names."""

    async def run(plant):
        async with throwaway_tenants(database, provisioner, admin, 2) as made:
            await plant(*(scope.schema_of(context.tenant_id) for context in made))
            report = await proving.prove_among(made, provisioner, admin)
        assert report.proof.passed is not bool(report.failures)
        return {f"{found.outcome}: {found.name}" for found in report.failures}

    return run


@pytest.fixture
def plant_store(tmp_path, monkeypatch):
    """Writes a slice with a store, where the proof looks for slices."""

    def write(text):
        folder = tmp_path / "planted"
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "store.py").write_text(text)
        monkeypatch.setattr(core, "__path__", [*core.__path__, str(tmp_path)])

    yield write
    for name in ("core.planted", "core.planted.store"):
        sys.modules.pop(name, None)


async def nothing(*_):
    pass


async def test_as_things_are_nothing_fails(prove_with):
    assert await prove_with(nothing) == set()


async def test_rights_granted_by_hand_fail_it(prove_with, admin):
    """A32."""

    async def plant(ours, theirs):
        await admin.execute(f"grant usage on schema {theirs} to {ours}")
        for right, table in RIGHTS.items():
            await admin.execute(f"grant {right} on {theirs}.{table} to {ours}")

    failures = await prove_with(plant)

    assert any(name.startswith("crossed: rights: schema tenant_") for name in failures)
    for right, table in RIGHTS.items():
        verb = {"select": "read"}.get(right, right)
        assert f"crossed: data {verb} on {table}, through TenantDB" in failures
        assert f"crossed: data {verb} on {table}, as the role itself" in failures


async def test_a_membership_granted_by_hand_fails_it(prove_with, admin):
    """A32."""

    async def plant(ours, theirs):
        await admin.execute(f"grant {theirs} to {ours}")

    failures = await prove_with(plant)

    assert "crossed: switch set role, as the role itself" in failures
    assert any("is a member of tenant_" in name for name in failures)


async def test_real_tenants_rights_are_held_to_the_design(prove_with, admin, real):
    """A right from one customer to another is nothing that throwaway tenants would meet."""
    first, second = (scope.schema_of(context.tenant_id) for context in real)
    for planted, _, _ in HAND_MADE:
        await admin.execute(planted.format(first=first, second=second))
    try:
        failures = await prove_with(nothing)
    finally:
        for _, undone, _ in HAND_MADE:
            await admin.execute(undone.format(first=first, second=second))

    for planted, _, noticed in HAND_MADE:
        name = f"crossed: rights: {noticed.format(first=first, second=second)}"
        assert name in failures, planted


async def test_a_real_tenant_whose_door_is_open_fails_it(prove_with, admin, real):
    schema = scope.schema_of(real[0].tenant_id)
    await admin.execute(f"grant usage on schema {schema} to public")
    await admin.execute(f"grant select on {schema}.person to public")
    try:
        failures = await prove_with(nothing)
    finally:
        await admin.execute(f"revoke usage on schema {schema} from public")
        await admin.execute(f"revoke select on {schema}.person from public")

    assert "crossed: knock on person of a real tenant" in failures


BYPASS = """
import asyncpg
from core.db.transaction import Tx
from core.kernel.ids import TenantId

async def find_anywhere(tx: Tx, tenant: TenantId, person_id: str):
    connection = await asyncpg.connect({dsn!r})
    try:
        return await connection.fetchval(
            f"{statement}", person_id)
    finally:
        await connection.close()
"""


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("select display_name from tenant_{tenant}.person where person_id = $1", "read"),
        ("update tenant_{tenant}.person set display_name = 'x' where person_id = $1", "written"),
    ],
)
async def test_a_store_function_that_bypasses_the_tenants_transaction_fails_it(
    prove_with, plant_store, server, statement, why
):
    plant_store(BYPASS.format(dsn=server.dsn(), statement=statement))

    assert await prove_with(nothing) == {"crossed: planted.store.find_anywhere"}, why


async def test_a_store_function_that_tells_whether_another_has_it_fails_it(
    prove_with, plant_store, server
):
    """A40: no canary comes back, but the answer is another one than for what nobody has."""
    exists = "select to_regclass('tenant_{tenant}.person') is not null and $1 <> ''"
    plant_store(BYPASS.format(dsn=server.dsn(), statement=exists))

    assert await prove_with(nothing) == {"crossed: planted.store.find_anywhere"}


async def test_a_switchboard_function_that_answers_inside_a_tenant_fails_it(
    prove_with, plant_store, admin
):
    plant_store("""
from core.db.transaction import ControlTx

async def count_tenants(tx: ControlTx) -> int:
    return await tx.fetchval("select count(*) from control.tenant")
""")
    assert await prove_with(nothing) == set()

    async def plant(ours, theirs):
        await admin.execute(f"grant usage on schema control to {ours}")
        await admin.execute(f"grant select on control.tenant to {ours}")

    failures = await prove_with(plant)

    assert "crossed: planted.store.count_tenants" in failures
    assert "crossed: data registry, through TenantDB" in failures


async def test_store_functions_that_cannot_be_tried_fail_it(prove_with, plant_store):
    plant_store("""
from core.db.transaction import Tx

async def takes_no_transaction(pool): return 1
async def has_a_type_nobody_knows(tx: Tx, how: type): await tx.execute("select 1")
async def has_no_types(tx: Tx, wanted): await tx.execute("select 1")
async def sends_nothing(tx: Tx, person_id: str) -> None: int(person_id)
async def breaks_on_its_values(tx: Tx) -> None: await tx.execute("select 1/0")
async def asks_for_what_is_not_there(tx: Tx) -> None: await tx.execute("select 1 from missing")
async def works(tx: Tx, person_id: str) -> int: return await tx.fetchval("select 1")
def is_pure(embedding: list[float]) -> str: return "and cannot reach the database"
""")

    assert await prove_with(nothing) == {
        "not covered: planted.store.takes_no_transaction",
        "not covered: planted.store.has_a_type_nobody_knows",
        "not covered: planted.store.has_no_types",
        "not covered: planted.store.sends_nothing",
        "not covered: planted.store.breaks_on_its_values",
        "not covered: planted.store.asks_for_what_is_not_there",
    }


async def test_tables_without_a_canary_fail_it(prove_with, admin):
    """Tables that were added, and of which nothing here knows how to make a row."""
    made = {
        "unknown_type": "place circle not null",
        "odd_check": "word text check (length(word) = 3 and word ~ '^[xyz]+$')",
        "impossible": "number int check (number between 17 and 16)",
        "refers": "place_id int references {schema}.unknown_type_with_key (id)",
        "unknown_type_with_key": "id int primary key, place circle not null",
    }

    async def plant(*schemas):
        for schema in schemas:
            for table in sorted(made, key="refers".__eq__):
                columns = made[table].format(schema=schema)
                await admin.execute(f"create table {schema}.{table} ({columns})")
                await admin.execute(f"alter table {schema}.{table} owner to aegis_owner")

    assert await prove_with(plant) == {f"not covered: table {table}" for table in made}


async def test_a_table_that_was_added_and_can_have_a_row_is_covered_by_itself(prove_with, admin):
    async def plant(*schemas):
        for schema in schemas:
            await admin.execute(
                f"create table {schema}.added (id int generated always as identity primary key,"
                " kind text not null check (kind in ('a', 'b')), n smallint check (n < 10),"
                " words text[], seen date, flag bool, price numeric, made uuid, body jsonb not null,"
                f" conversation_id bigint references {schema}.conversation (id))"
            )
            await admin.execute(f"alter table {schema}.added owner to aegis_owner")
            await admin.execute(f"grant select on {schema}.added to {schema}")

    assert await prove_with(plant) == set()


async def test_a_table_that_only_a_real_tenant_has_fails_it(prove_with, admin, real):
    schema = scope.schema_of(real[0].tenant_id)
    await admin.execute(f"create table {schema}.by_hand (secret text)")
    await admin.execute(f"alter table {schema}.by_hand owner to aegis_owner")
    try:
        assert await prove_with(nothing) == {"not covered: table by_hand"}
    finally:
        await admin.execute(f"drop table {schema}.by_hand")
