"""Which tenant a Slack workspace is: asked for every event, so kept for a few seconds."""

import time

from core.db.database import Database
from core.kernel.errors import NotFound
from core.kernel.ids import TenantId
from core.tenancy import store

# A change of the registry is noticed in every process within this many seconds.
KEPT_SECONDS = 5.0
# Unknown ids come from outside; their memory is bounded.
KEPT_ENTRIES = 10_000


class Workspaces:
    """Looks up the tenant of a team id. An id that is not a workspace's own is nobody's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, tuple[float, TenantId | None]] = {}
        self._teams: dict[TenantId, str] = {}

    async def tenant_of(self, team_id: str) -> TenantId | None:
        """The active tenant of a workspace, or None."""
        kept = self._kept.get(team_id)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        async with self._database.control() as tx:
            found = await store.find_workspace(tx, team_id)
        tenant = found[0] if found and found[1] == "active" else None
        if len(self._kept) >= KEPT_ENTRIES:
            self._kept.clear()
        self._kept[team_id] = (time.monotonic() + KEPT_SECONDS, tenant)
        return tenant

    async def team_of(self, tenant: TenantId) -> str:
        """The workspace of a tenant; it never changes. Raises NotFound."""
        if tenant not in self._teams:
            async with self._database.control() as tx:
                team = await store.find_team(tx, tenant)
            if team is None:
                raise NotFound("This workspace is not set up with AEGIS.")
            self._teams[tenant] = team
        return self._teams[tenant]

    async def list_active(self) -> list[tuple[str, TenantId]]:
        """(team id, tenant id) of every active workspace."""
        async with self._database.control() as tx:
            return await store.list_workspaces(tx)
