"""The registry's wrapped keys, changed with the admin's login: the service's own may only read."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg

from core.db import migrate
from core.db.pool import Connection
from core.db.transaction import ControlTx
from core.kernel.errors import NotFound
from core.kernel.ids import TenantId
from core.kernel.sealing import Sealer
from core.kernel.tenant_keys import TenantKeys
from core.tenancy.install_workspace import Provisioner
from core.tenancy.keys import store


class Registry:
    """Wrapped keys are read, changed and put back only if they are as they were read."""

    def __init__(self, connection: Connection, master: Sealer) -> None:
        self._connection = connection
        self.master = master

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[ControlTx]:
        async with self._connection.transaction():
            with ControlTx(self._connection) as tx:
                yield tx

    @asynccontextmanager
    async def statements(self) -> AsyncIterator[ControlTx]:
        """The same, with each statement a transaction of its own."""
        with ControlTx(self._connection) as tx:
            yield tx

    async def change(
        self, tenant: TenantId, change: Callable[[TenantKeys], TenantKeys]
    ) -> TenantKeys:
        """Replace a tenant's keys by what *change* makes of them; what they are now.

        Raises NotFound when it has none any more, CannotOpen when they do not open.
        """
        while True:
            async with self.transaction() as tx:
                changed = await self.try_change(tx, tenant, change)
            if changed is not None:
                return changed

    async def try_change(
        self, tx: ControlTx, tenant: TenantId, change: Callable[[TenantKeys], TenantKeys]
    ) -> TenantKeys | None:
        """The same, once, in the caller's transaction. None when somebody else was quicker."""
        await tx.execute(migrate.SQL["hold_keys"], "master")
        found = await store.find_wrapped_key(tx, tenant)
        if found is None:
            raise NotFound("This workspace is not set up with AEGIS.")
        keys = TenantKeys.unwrap(self.master, found.wrapped, tenant)
        changed = change(keys)
        if changed == keys:
            return keys
        wrapped = changed.wrap(self.master, tenant)
        done = await store.replace_wrapped_key(tx, found, wrapped, self.master.key_id)
        return changed if done else None


@asynccontextmanager
async def open_registry(provisioner: Provisioner) -> AsyncIterator[Registry]:
    connection = await asyncpg.connect(provisioner.admin_dsn)
    try:
        yield Registry(connection, provisioner.master)
    finally:
        await connection.close()
