"""Prove that no tenant reaches another: try everything, count it, and fail on what went through.

Runs among throwaway tenants, each of which attacks the next, beside a serving product: no lock is
waited for, nothing is kept, and nobody is served from them. Real tenants are only knocked at.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from core.db import migrate, scope, sql
from core.db.database import Database
from core.db.pool import Connection
from core.db.tenant import TenantContext
from core.isolation.attempts.catalogue import list_attempts
from core.isolation.attempts.run import Target, fill, try_as_session, try_through_product
from core.isolation.canaries.planting import plant_canaries
from core.isolation.canaries.tables import Table, read_tables
from core.isolation.canaries.values import Canaries
from core.isolation.close_ways import list_open_ways
from core.isolation.model import WAYS, Failure, Outcome, Proof, Way
from core.isolation.proof.calls import call_all, see_own
from core.isolation.proof.functions import find_store_functions
from core.isolation.proof.real_tenants import check_rights, knock
from core.isolation.proof.tally import Tally
from core.isolation.proof.throwaway import throwaway_tenants
from core.kernel.errors import Invalid
from core.tenancy.install_workspace import Provisioner

SQL = sql.load("core.isolation")
PROOF_SQL = sql.load("core.isolation.proof")

FEWEST_TENANTS = 2
MOST_TENANTS = 100


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to: the counts that are kept, and what a person has to know of them."""

    proof: Proof
    outcomes: dict[Outcome, int]
    failures: dict[Failure, int]
    notes: list[str]


async def prove(database: Database, provisioner: Provisioner, tenants: int = 3) -> Report:
    """Make *tenants* throwaway tenants, prove among them, erase them, record the result.

    Raises Invalid (too few or too many), Conflict (another proof is running).
    """
    if not FEWEST_TENANTS <= tenants <= MOST_TENANTS:
        raise Invalid(f"A proof takes {FEWEST_TENANTS} to {MOST_TENANTS} tenants.")
    admin = await asyncpg.connect(provisioner.admin_dsn)
    try:
        async with throwaway_tenants(database, provisioner, admin, tenants) as made:
            report = await prove_among(made, provisioner, admin)
        proof = report.proof
        await admin.execute(
            SQL["put_proof"],
            proof.proved_at,
            proof.passed,
            proof.tenants,
            proof.tables,
            proof.functions,
            proof.attempts,
            proof.failures,
        )
        return report
    finally:
        await admin.close()


async def prove_among(
    made: list[TenantContext], provisioner: Provisioner, admin: Connection
) -> Report:
    """Plant canaries in the tenants *made*, then let each attack the next one."""
    tally = Tally()
    tables = await read_tables(admin, scope.schema_of(made[0].tenant_id))
    tally.tables.update(table.name for table in tables)
    planted = [await _plant(context, tables, admin, tally) for context in made]
    is_open = frozenset[Way]({*await list_open_ways(admin), "names"})
    for attacker, victim in zip(made, planted[1:] + planted[:1], strict=True):
        await call_all(attacker, victim, find_store_functions(), admin, tally)
        await _attack(attacker, victim, tables, provisioner, admin, is_open, tally)
    await check_rights(admin, tally)
    newest = len(migrate.load("tenant"))
    await knock(made[0], [c.tenant_id for c in made], tally.tables, newest, admin, tally)
    tally.notes += [f"the server leaves open to all: {WAYS[way]}" for way in WAYS if way in is_open]
    return _report(tally, len(made))


async def _plant(
    context: TenantContext, tables: list[Table], admin: Connection, tally: Tally
) -> Canaries:
    canaries, bare = await plant_canaries(admin, context.tenant_id, tables)
    for failure in bare:
        tally.count(failure.outcome, failure.name, failure.why)
    await see_own(context, canaries, tally, admin)
    return canaries


async def _attack(
    attacker: TenantContext,
    victim: Canaries,
    tables: list[Table],
    provisioner: Provisioner,
    admin: Connection,
    is_open: frozenset[Way],
    tally: Tally,
) -> None:
    """Direct SQL on each of the victim's tables, and on the switchboard's, in every manner."""
    schema = f"tenant_{victim.tenant_id}"
    switchboard = await read_tables(admin, "control")
    targets = [Target(schema, table.name, table.columns[0].name, schema) for table in tables]
    targets += [Target("control", t.name, t.columns[0].name, "aegis_owner") for t in switchboard]
    filled = await fill(admin, list_attempts(), targets)
    await try_through_product(attacker, filled, is_open, tally)
    if not await admin.fetchval(PROOF_SQL["is_superuser"]):
        _note(tally, "not tried as the tenant's role itself: the admin login is no superuser")
        return
    session = await asyncpg.connect(provisioner.admin_dsn)
    try:
        role = scope.schema_of(attacker.tenant_id)
        await session.execute(await session.fetchval(PROOF_SQL["become_session"], role))
        await try_as_session(session, filled, is_open, tally)
    finally:
        await session.close()


def _note(tally: Tally, note: str) -> None:
    if note not in tally.notes:
        tally.notes.append(note)


def _report(tally: Tally, tenants: int) -> Report:
    proof = Proof(
        proved_at=datetime.now(UTC),
        passed=not tally.failures,
        tenants=tenants,
        tables=len(tally.tables),
        functions=len(tally.functions),
        attempts=tally.attempts,
        failures=len(tally.failures),
    )
    return Report(proof, dict(tally.outcomes), tally.failures, tally.notes)
