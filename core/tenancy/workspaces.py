"""Which tenant a Slack workspace is: asked for every event, so kept for a few seconds."""

import time
from collections.abc import Awaitable, Callable
from functools import partial

from core.db.database import Database
from core.db.transaction import ControlTx
from core.kernel.errors import NotFound
from core.kernel.ids import TenantId
from core.tenancy import store

# A tenant that is served no more is noticed in every process within this many seconds. One that is
# served from now on is noticed at once: that an id is nobody's, or frozen, is never kept.
KEPT_SECONDS = 4.0
KEPT_ENTRIES = 10_000


Find = Callable[[ControlTx, str], Awaitable[tuple[TenantId, str] | None]]


class Workspaces:
    """Looks up the tenant of a team id. An id that is not a workspace's own is nobody's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, tuple[float, TenantId]] = {}
        self._teams: dict[TenantId, str] = {}

    async def tenant_of(self, team_id: str, within: str = "") -> TenantId | None:
        """The active tenant of a workspace, or None: an organization's id is no workspace's. With
        *within*, None also for a workspace that this organization (`E…`) does not cover."""
        if team_id.startswith("E"):
            return None
        find: Find = store.find_workspace
        if within:
            find = partial(store.find_covered_workspace, enterprise_id=within)
        return await self._kept_or_found(team_id, find, _kept_as(team_id, within))

    async def organization_of(self, enterprise_id: str) -> TenantId | None:
        """The active record of an organization's installation, or None. It is nobody's tenant."""
        if not enterprise_id.startswith("E"):
            return None
        return await self._kept_or_found(enterprise_id, store.find_organization, enterprise_id)

    def is_kept(self, team_id: str, within: str = "") -> bool:
        """Whether the next look-up of this id is answered from memory."""
        kept = self._kept.get(_kept_as(team_id, within))
        return kept is not None and kept[0] > time.monotonic()

    async def _kept_or_found(self, slack_id: str, find: Find, name: str) -> TenantId | None:
        """Kept under *name*."""
        kept = self._kept.get(name)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        async with self._database.control() as tx:
            found = await find(tx, slack_id)
        if found is None or found[1] != "active":
            self._kept.pop(name, None)
            return None
        if len(self._kept) >= KEPT_ENTRIES:
            self._kept.clear()
        self._kept[name] = (time.monotonic() + KEPT_SECONDS, found[0])
        return found[0]

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


def _kept_as(team_id: str, within: str) -> str:
    return f"{within}/{team_id}" if within else team_id
