"""Erase a tenant, in steps that can each be taken again: killed anywhere, the next run goes on.

frozen    nobody is served any more, and what runs for it stops
erasing   tokens revoked where they were issued, keys shredded, workspace unlinked, queue emptied
          (one transaction: from here on there is no way back)
          schema and role dropped
erased    the certificate is signed (one transaction)
"""

import asyncio
import logging
import time
from dataclasses import dataclass

import asyncpg

from core.db import scope
from core.db.database import NOT_SET_UP, Database
from core.kernel.errors import Conflict, DomainError, NotFound, Unavailable
from core.kernel.ids import TenantId, new_id, new_reference
from core.kernel.sealing import CannotOpen
from core.kernel.signing import Signer
from core.lifecycle import store
from core.lifecycle.certificate import (
    Findings,
    begin_certificate,
    findings_of,
    write_certificate,
)
from core.lifecycle.freeze_tenant import freeze_tenant
from core.lifecycle.model import Certificate, Rules
from core.lifecycle.ports import NotRevoked, TokenRevoker
from core.lifecycle.registry import Held, hold
from core.tenancy.install_workspace import Provisioner

log = logging.getLogger(__name__)

# A worker that has not heard of the freeze stops when its lease is not renewed (core/jobs).
IDLE_SECONDS = 15.0
REVOKE_SECONDS = 20.0
# Somebody may read a table just then: an export, a backup of the server.
DROP_SECONDS = 30.0
_PAUSE_SECONDS = 0.2
_BUSY = (asyncpg.DeadlockDetectedError, Conflict)


async def erase_tenant(
    database: Database,
    provisioner: Provisioner,
    signer: Signer,
    revoker: TokenRevoker,
    tenant: TenantId,
    rules: Rules,
    *,
    actor: str,
    when_due: bool = False,
) -> Certificate:
    """Erase at once; with *when_due* only a frozen tenant whose grace is over (or an erasure that
    broke off). Of an erased tenant: its certificate, and nothing more is done.

    Raises NotFound, Conflict (not due, or somebody else is at it), AuditUnwritable, Unavailable
    (its tables are in use; what was done stays, and the next run goes on).
    """
    erasure = _Erasure(database, provisioner, signer, revoker, tenant, rules, actor, when_due)
    return await erasure.run()


async def erase_due(
    database: Database,
    provisioner: Provisioner,
    signer: Signer,
    revoker: TokenRevoker,
    rules: Rules,
) -> int:
    """Erase every tenant whose grace is over, and finish what broke off; returns how many."""
    async with database.control() as tx:
        due = await store.list_due(tx)
    erased = 0
    for tenant in due:
        erasure = _Erasure(database, provisioner, signer, revoker, tenant, rules, "retention", True)
        try:
            await erasure.run()
            erased += 1
        except DomainError as error:
            log.warning("a tenant could not be erased: %s", error, extra={"tenant": tenant})
    return erased


@dataclass(frozen=True, slots=True)
class _Erasure:
    """One run for one tenant."""

    database: Database
    provisioner: Provisioner
    signer: Signer
    revoker: TokenRevoker
    tenant: TenantId
    rules: Rules
    actor: str
    when_due: bool

    async def run(self) -> Certificate:
        async with self.database.control() as tx:
            found = await store.find_registered(tx, self.tenant)
        if found is None or found.tenant_id != self.tenant:
            raise NotFound(NOT_SET_UP)
        if found.status in ("active", "frozen"):
            await self._stop()
            await self._shred()
        if found.status != "erased":
            await self._drop()
        certificate = await self._certify()
        self.database.forget(self.tenant)
        return certificate

    async def _stop(self) -> None:
        """Freeze it, unless it must be so already; wait until nothing runs for it; and say in its
        log what comes, before anything outside is asked."""
        reference = new_reference()
        if self.when_due:
            async with hold(self.provisioner, self.tenant) as held:
                await self._is_to_be_shredded(held)
        else:
            await freeze_tenant(
                self.database,
                self.provisioner,
                self.tenant,
                self.rules,
                actor=self.actor,
                reference=reference,
            )
        await self._until_idle()
        async with hold(self.provisioner, self.tenant) as held:
            if await self._is_to_be_shredded(held):
                await held.record(
                    "lifecycle:tenant:erase", self.actor, outcome="attempt", reference=reference
                )

    async def _until_idle(self) -> None:
        until = time.monotonic() + IDLE_SECONDS
        while time.monotonic() < until:
            async with self.database.control() as tx:
                if await store.count_running(tx, self.tenant) == 0:
                    return
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _is_to_be_shredded(self, held: Held) -> bool:
        """False when that is done already. Raises Conflict where it may not be, or not yet."""
        if held.registered.status in ("erasing", "erased"):
            return False
        if held.registered.status != "frozen":
            raise Conflict("This tenant is not frozen, so it is not erased.")
        if self.when_due and self.tenant not in await store.list_due(held.tx):
            raise Conflict(
                f"This tenant's grace ends at {held.registered.erase_after:%Y-%m-%d %H:%M} UTC, so "
                "it is not erased yet."
            )
        return True

    async def _shred(self) -> None:
        """Held all the while: who would thaw it waits, and two runs do not both ask Slack."""
        async with hold(self.provisioner, self.tenant) as held:
            if not await self._is_to_be_shredded(held):
                return
            found = await self._find_out(held)
            at = await store.shred(held.tx, self.tenant)
            begun = begin_certificate(self.signer, self.tenant, found, at)
            await store.put_certificate(held.tx, begun)
        self.database.forget(self.tenant)

    async def _find_out(self, held: Held) -> Findings:
        """Count, revoke, and name the keys. What of it cannot be done does not stop the erasure."""
        schema = scope.schema_of(self.tenant)
        counting = await held.admin.fetchval(store.SQL["count_statement"], schema)
        rows = await held.admin.fetch(counting) if counting else []
        keys: tuple[str, ...] = ()
        revoked, code = 0, ""
        try:
            async with asyncio.timeout(REVOKE_SECONDS):
                context = await self.database.tenant(self.tenant, while_frozen=True)
                keys = context.sealer.key_ids
                revoked = await self.revoker.revoke(context)
        except NotRevoked as error:
            code = error.code
        except TimeoutError:
            code = "no_answer"
        except (DomainError, CannotOpen):
            code = "cannot_be_opened"
        except asyncpg.PostgresError:
            code = "cannot_be_read"  # its table was damaged, and is about to go all the same
        if code:
            log.warning("a token was not revoked", extra={"tenant": self.tenant, "code": code})
        tables = {row["table_name"]: row["row_count"] for row in rows}
        return Findings(held.registered.team_id, tables, revoked, code, keys)

    async def _drop(self) -> None:
        until = time.monotonic() + DROP_SECONDS
        while True:
            try:
                async with hold(self.provisioner, self.tenant) as held:
                    if held.registered.status == "erasing":
                        await held.admin.execute(scope.removal(self.tenant))
                return
            except _BUSY:
                if time.monotonic() > until:
                    raise Unavailable(
                        "This tenant's tables are in use, by an export or a backup perhaps. Its "
                        "keys are gone already; the rest is tried again by itself."
                    ) from None
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _certify(self) -> Certificate:
        async with hold(self.provisioner, self.tenant) as held:
            begun = await store.find_certificate(held.tx, self.tenant)
            if held.registered.status == "erased" and begun is not None:
                return begun
            found = findings_of(begun)
            seq, head, at = await store.find_chain_end(held.tx, self.tenant)
            certificate = write_certificate(
                self.signer,
                begun.certificate_id if begun and found else new_id(),
                held.registered,
                found or Findings(),
                self.rules,
                head=(seq, head),
                at=at,
            )
            if found:
                await store.replace_certificate(held.tx, certificate)
            else:
                await store.put_certificate(held.tx, certificate)
            await store.close_registration(held.tx, self.tenant)
        log.info("tenant erased", extra={"tenant": self.tenant})
        return certificate
