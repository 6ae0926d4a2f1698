"""Make our registry say of an organization's workspaces what Slack says of them.

`team_access_granted` and `team_access_revoked` come late, again and out of order, and one may be
lost: they only say that there is something to look at. What counts is Slack's own list.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.db.database import Database
from core.db.tenant import TenantContext
from core.jobs.put_task import put_task
from core.kernel.errors import DomainError, Postponed
from core.kernel.ids import TenantId
from core.lifecycle import store
from core.lifecycle.installation.complete_install import RECONCILING
from core.lifecycle.installation.enable_workspace import enable_workspace
from core.lifecycle.installation.stop_uninstalled import stop_workspace
from core.lifecycle.model import INSTALLATION_MAILBOX, LinkedWorkspace, Rules
from core.tenancy.install_workspace import Provisioner
from core.tenancy.installation.ports import TeamList, TokenCheck

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Covered:
    """The workspaces that an organization lets the app into (Slack id → name), and whether there
    were none before."""

    teams: Mapping[str, str]
    are_first: bool


@dataclass(frozen=True, slots=True)
class Reconciler:
    """What it takes to make true what Slack says."""

    database: Database
    provisioner: Provisioner
    rules: Rules
    teams: TeamList
    check: TokenCheck

    async def reconcile(
        self, organization: TenantContext, *, named: Collection[str] = (), reference: str
    ) -> Covered:
        """What is on the list is served, what is not is frozen; nothing else changes, and nothing at
        all without a whole list.

        *named* are those that an admin has enabled just now: one of them that was erased begins
        anew, which no mere look at the list brings about. Raises Postponed, Unavailable.
        """
        listed = await self.teams.list_teams(organization)
        async with self.database.control() as tx:
            linked = await store.list_linked(tx, organization.tenant_id)
        known = {each.team_id: each for each in linked}
        postponed: Postponed | None = None
        for team_id in sorted({*listed, *known}):
            try:
                if team_id in listed:
                    await self._cover(
                        organization.tenant_id, team_id, known.get(team_id), named, reference
                    )
                else:
                    await self._uncover(known[team_id], reference)
            except Postponed as error:
                postponed = error
            except DomainError as error:
                log.warning("a workspace is left as it is: %s", error, extra={"team": team_id})
        if postponed is not None:
            raise postponed
        return Covered(listed, are_first=bool(listed) and not known)

    async def _cover(
        self,
        organization: TenantId,
        team_id: str,
        known: LinkedWorkspace | None,
        named: Collection[str],
        reference: str,
    ) -> None:
        """Serve it, unless people have switched it off, or had it erased."""
        if known and (known.status != "frozen" or known.frozen_because != "uninstalled"):
            return
        if known is None and team_id not in named and await self._was_erased(team_id):
            return
        await enable_workspace(
            self.database,
            self.provisioner,
            organization,
            team_id,
            actor="slack",
            reference=reference,
        )

    async def _uncover(self, known: LinkedWorkspace, reference: str) -> None:
        await stop_workspace(
            self.database,
            self.provisioner,
            self.rules,
            self.check,
            known.tenant_id,
            reference=reference,
        )

    async def _was_erased(self, team_id: str) -> bool:
        async with self.database.control() as tx:
            found = await store.find_registered(tx, team_id)
        return found is not None and found.status in ("erasing", "erased")


async def reconcile_all(database: Database, key: str) -> None:
    """Have it done for every organization, once for each *key*: what an event did not say, or was
    lost, is found by that."""
    for organization in await list_organizations(database):
        await put_task(
            database, organization, RECONCILING, {}, key=key, mailbox=INSTALLATION_MAILBOX
        )


async def list_organizations(database: Database) -> list[TenantId]:
    """The records of those that the app is installed for."""
    async with database.control() as tx:
        return await store.list_organizations(tx)


async def list_covered(database: Database, organization: TenantId) -> list[LinkedWorkspace]:
    """Where its token speaks now: its workspaces that are served, those first that have been for the
    longest."""
    async with database.control() as tx:
        linked = await store.list_linked(tx, organization)
    return [each for each in linked if each.status == "active"]
