"""The only way to a tenant's tables: a transaction inside its role and schema."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from core.db import scope
from core.db.pool import Pool
from core.db.transaction import Tx
from core.kernel.ids import TenantId
from core.kernel.sealing import Sealer


class TenantDB:
    """Hands out transactions that can see one tenant's schema and nothing else."""

    __slots__ = ("_enter", "_pool", "tenant_id")

    def __init__(self, pool: Pool, tenant_id: TenantId) -> None:
        self._pool = pool
        self._enter = scope.enter(tenant_id)
        self.tenant_id = tenant_id

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """One unit of work. Role and search path end with it, also through a pooler."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(self._enter)
            tx = Tx(connection)
            try:
                yield tx
            finally:
                tx.close()


@dataclass(frozen=True, slots=True)
class TenantContext:
    """Who this work is for. Made only by `core.db.database`; a prompt, a search and an answer
    each ask for one, so none can be built for nobody or for two tenants at once."""

    tenant_id: TenantId
    db: TenantDB
    sealer: Sealer
    digest_key: bytes = field(repr=False)
    schema_version: int

    def fingerprint(self, text: str) -> str:
        """A keyed digest (HMAC-SHA256, RFC 2104, 64 hex characters): what the audit log keeps in
        place of what a person wrote. Only who holds the tenant's key can test a guess."""
        return hmac.new(self.digest_key, text.encode(), hashlib.sha256).hexdigest()
