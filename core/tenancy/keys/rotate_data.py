"""Give tenants new data keys and seal anew what is sealed, while everything keeps running.

The new key is made known, and only when every process knows it does it seal; what the old one
sealed is sealed anew row by row, each only if it is as it was read; then the old one is taken away.
Where a tenant stands is told by its keys alone (`TenantKeys`), so a run that was killed anywhere is
taken up by the next. The digest key stays: fingerprints of before and after can be compared.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import asyncpg

from core.audit import record as audit
from core.db.database import CONTEXT_SECONDS, Database
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError
from core.kernel.ids import TenantId, new_reference
from core.kernel.sealing import CannotOpen, key_id_of
from core.kernel.tenant_keys import TenantKeys
from core.tenancy.install_workspace import Provisioner
from core.tenancy.keys import store
from core.tenancy.keys.model import Resealed
from core.tenancy.keys.registry import Registry, open_registry
from core.tenancy.keys.sealed_columns import SEALED_COLUMNS

log = logging.getLogger(__name__)

ACTION = "tenancy:key:rotate"
TRIES = 3  # what is sealed with the old key while it is being replaced is found by the next try
BUSY = "something was sealed with the old key meanwhile: run it again"
BROKEN = "a sealed value opens with none of its keys, so the old key stays: connect it again"

Step = Callable[[TenantId], Awaitable[None]]


class _Unfinished(Exception):
    """Something of this tenant is still sealed with the old key."""


async def until_known_everywhere() -> None:
    """Every process looks a tenant's keys up anew after CONTEXT_SECONDS."""
    await asyncio.sleep(CONTEXT_SECONDS + 1.0)


async def list_rotating_tenants(database: Database) -> list[TenantId]:
    """Whose data keys can be rotated: active and frozen tenants."""
    async with database.control() as tx:
        return await store.list_rotating_tenants(tx)


async def rotate_data(
    database: Database,
    provisioner: Provisioner,
    tenants: Sequence[TenantId],
    *,
    actor: str,
    wait: Callable[[], Awaitable[None]] = until_known_everywhere,
) -> Resealed:
    """Rotate the data keys of *tenants*; one that cannot finish is named, and holds up nobody.

    *wait* returns when no process uses keys as they were before it was called.
    """
    async with open_registry(provisioner) as registry:
        run = _Run(database, registry, actor)
        await run.each(run.announce, tenants)
        await wait()
        await run.each(run.promote, tenants)
        await wait()
        await run.each(run.finish, tenants)
    finished = len(set(tenants)) - len(run.unfinished)
    log.info(
        "data keys rotated",
        extra={"tenants": finished, "values": run.values, "unfinished": len(run.unfinished)},
    )
    return Resealed(finished, run.values, run.unfinished)


class _Run:
    """One rotation of some tenants."""

    def __init__(self, database: Database, registry: Registry, actor: str) -> None:
        self._database, self._registry, self._actor = database, registry, actor
        self._references: dict[TenantId, str] = {}
        self.values = 0
        self.unfinished: dict[TenantId, str] = {}

    async def each(self, step: Step, tenants: Sequence[TenantId]) -> None:
        for tenant in dict.fromkeys(tenants):
            if tenant in self.unfinished:
                continue
            try:
                await step(tenant)
            except CannotOpen:
                self.unfinished[tenant] = "its keys do not open with the master key"
            except (DomainError, _Unfinished) as error:
                self.unfinished[tenant] = str(error)
            except asyncpg.PostgresError as error:
                # Its own text may quote a row.
                self.unfinished[tenant] = f"the database refused (SQLSTATE {error.sqlstate})"

    async def announce(self, tenant: TenantId) -> None:
        """Make a new key known to every process; the old one goes on sealing."""
        context = await self._context(tenant)
        self._references[tenant] = new_reference()
        await audit.announce(
            context,
            ACTION,
            self._actor,
            reference=self._references[tenant],
            old_key=context.sealer.key_id,
        )
        await self._registry.change(tenant, TenantKeys.with_coming)

    async def promote(self, tenant: TenantId) -> None:
        """From now on the new key seals."""
        await self._registry.change(tenant, TenantKeys.promoted)

    async def finish(self, tenant: TenantId) -> None:
        """Seal anew what the old key sealed, and take the old key away."""
        context = await self._context(tenant)
        values, broken, retired = 0, 0, False
        for _ in range(TRIES):
            sealed, broken = await _reseal(context)
            values += sealed
            if broken or (retired := await self._retire(context)):
                break
        self.values += values
        await self._record(context, "done" if retired else "failed", values, broken)
        if not retired:
            raise _Unfinished(BROKEN if broken else BUSY)

    async def _retire(self, context: TenantContext) -> bool:
        """Take away every key but the one that seals, if nothing is sealed with another."""
        # The service's connection first: who seals has one, and waits with it for the keys.
        async with context.db.transaction() as tx, self._registry.transaction() as registry:
            await store.take_keys(registry, context.tenant_id)
            for column in SEALED_COLUMNS:
                if await column.list_rows(tx, context.tenant_id, context.sealer.key_id):
                    return False

            def retire(keys: TenantKeys) -> TenantKeys:
                is_ours = key_id_of(keys.data[0]) == context.sealer.key_id
                return keys.retired() if is_ours else keys

            kept = await self._registry.try_change(registry, context.tenant_id, retire)
            return kept is not None and len(kept.data) == 1

    async def _record(self, context: TenantContext, outcome: str, values: int, broken: int) -> None:
        async with context.db.transaction() as tx:
            await audit.record(
                tx,
                ACTION,
                self._actor,
                outcome=outcome,
                reference=self._references[context.tenant_id],
                new_key=context.sealer.key_id,
                values=values,
                broken=broken,
            )

    async def _context(self, tenant: TenantId) -> TenantContext:
        return await self._database.tenant(tenant, while_frozen=True)


async def _reseal(context: TenantContext) -> tuple[int, int]:
    """How many values were sealed anew with the key that seals, and how many do not open."""
    sealer, tenant = context.sealer, context.tenant_id
    values = broken = 0
    for column in SEALED_COLUMNS:
        async with context.db.transaction() as tx:
            rows = await column.list_rows(tx, tenant, sealer.key_id)
        for row in rows:
            try:
                opened = sealer.open(row.sealed, tenant, *row.place)
            except CannotOpen:
                broken += 1
                continue
            sealed = sealer.seal(opened, tenant, *row.place)
            async with context.db.transaction() as tx:
                values += await column.replace(tx, tenant, row, sealed, sealer.key_id)
    return values, broken
