"""A tenant's row of the registry, held by the admin's login: the service's own may only read it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from core.audit import record as audit
from core.audit.record import Detail
from core.db import scope
from core.db.database import NOT_SET_UP, OLDEST_SERVED
from core.db.pool import Connection
from core.db.transaction import ControlTx, Tx
from core.kernel.errors import Conflict, NotFound, Unavailable
from core.kernel.ids import TenantId
from core.lifecycle import store
from core.lifecycle.model import Registered
from core.tenancy.install_workspace import Provisioner


@dataclass(frozen=True, slots=True)
class Held:
    """A tenant that nobody else freezes, thaws, erases or migrates until the transaction ends."""

    admin: Connection
    registered: Registered

    @property
    def tx(self) -> ControlTx:
        """Statements on the switchboard, with the admin's rights."""
        return ControlTx(self.admin)

    async def enter_as_owner(self) -> Tx:
        """From here to its end the transaction stands inside the tenant, as the tables' owner."""
        await self.admin.execute(scope.enter_as_owner(self.registered.tenant_id))
        return Tx(self.admin)

    async def record(
        self, action: str, actor: str, *, outcome: str, reference: str, **detail: Detail
    ) -> None:
        """Write to the tenant's audit log, last in the transaction; it stands inside the tenant
        from then on. Raises Unavailable for a schema from before the log had its form."""
        if self.registered.schema_version < OLDEST_SERVED:
            raise Unavailable("This tenant's tables are too old for that: run `aegis migrate`.")
        tx = await self.enter_as_owner()
        await audit.record(
            tx, action, actor, outcome=outcome, reference=reference, arguments="", **detail
        )


@asynccontextmanager
async def hold(provisioner: Provisioner, tenant: TenantId) -> AsyncIterator[Held]:
    """One transaction of the admin's. Raises NotFound, Conflict (somebody else holds what it needs)."""
    admin = await asyncpg.connect(provisioner.admin_dsn)
    try:
        async with admin.transaction():
            await admin.execute("set local lock_timeout = '5s'")
            found = await store.lock_registered(ControlTx(admin), tenant)
            if found is None:
                raise NotFound(NOT_SET_UP)
            yield Held(admin, found)
    except asyncpg.LockNotAvailableError:
        raise Conflict("Somebody else is changing this tenant. Please try again.") from None
    finally:
        await admin.close()
