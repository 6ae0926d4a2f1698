"""Install a workspace: make its tenant if it has none, and keep its bot token sealed."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg

from core.audit.attempt import attempt
from core.db.database import Database
from core.db.pool import Connection
from core.db.tenant import TenantContext
from core.kernel.errors import Invalid, Unavailable
from core.kernel.ids import TenantId, new_reference
from core.kernel.sealing import CannotOpen, Sealer
from core.kernel.secret import Secret
from core.tenancy import store
from core.tenancy.installation import store as installation
from core.tenancy.installation.model import StoredToken, TokenPair
from core.tenancy.model import OPERATOR, WORKSPACE_HOLDER
from core.tenancy.provision import provision_organization, provision_tenant

log = logging.getLogger(__name__)

ACTION = "tenancy:token:exchange"


@dataclass(frozen=True, slots=True)
class Grant:
    """What Slack gave for a workspace, or for an organization (whose id begins with E)."""

    team_id: str
    bot_token: Secret
    bot_user_id: str
    scopes: str = ""
    installed_by: str = OPERATOR
    refresh_token: Secret | None = None
    expires_in: int | None = None  # seconds


@dataclass(frozen=True, slots=True)
class Provisioner:
    """What making a tenant takes beyond the service's own rights."""

    admin_dsn: str = field(repr=False)  # it may hold a password
    service_login: str
    master: Sealer

    async def tenant_for(self, team_id: str) -> TenantId:
        """The workspace's tenant, made now if it is new; two callers at once get the same one.

        Raises Invalid for an organization, whose id begins with E: it is never a tenant.
        """
        if team_id.startswith("E"):
            raise Invalid("AEGIS is installed in a workspace, not in a whole organization.")
        return await self._found_or_made(team_id, "find_workspace", provision_tenant)

    async def organization_for(self, enterprise_id: str) -> TenantId:
        """The record of an organization's installation, in the same way.

        Raises Invalid for what is no organization's id.
        """
        if not enterprise_id.startswith("E"):
            raise Invalid("That is not the id of an organization, as in E0123ABCD.")
        return await self._found_or_made(enterprise_id, "find_organization", provision_organization)

    async def _found_or_made(
        self,
        slack_id: str,
        find: str,
        make: Callable[[Connection, Sealer, str, str], Awaitable[TenantId]],
    ) -> TenantId:
        admin = await asyncpg.connect(self.admin_dsn)
        try:
            found = await admin.fetchrow(store.SQL[find], slack_id)
            if found is None:
                try:
                    return await make(admin, self.master, self.service_login, slack_id)
                except asyncpg.UniqueViolationError:
                    found = await admin.fetchrow(store.SQL[find], slack_id)
            assert found is not None
            return TenantId(found["tenant_id"])
        finally:
            await admin.close()


async def install_workspace(database: Database, provisioner: Provisioner, grant: Grant) -> TenantId:
    """Provision if needed, then store the token, audited, sealed for this tenant and row.

    Raises Refused for a workspace that is frozen: `core.lifecycle.installation` thaws one.
    """
    tenant = await provisioner.tenant_for(grant.team_id)
    await keep_token(database, await database.tenant(tenant), grant)
    return tenant


async def keep_token(database: Database, ours: TenantContext, grant: Grant) -> None:
    """The newest token wins: what was there before, refused or not, is gone. *ours* may be frozen."""
    tenant = ours.tenant_id
    given = ours.fingerprint(f"{grant.team_id}\n{grant.bot_user_id}\n{grant.scopes}")
    pair = TokenPair(grant.bot_token, grant.refresh_token, grant.expires_in)
    async with (
        attempt(
            ours, ACTION, grant.installed_by, reference=new_reference(), arguments=given
        ) as act,
        database.sealing(tenant, while_frozen=True) as (tx, context),
    ):
        sealed = context.sealer.seal(pair.as_text(), tenant, *installation.ROW)
        await store.put_token(
            tx,
            tenant,
            WORKSPACE_HOLDER,
            sealed,
            context.sealer.key_id,
            grant.scopes,
            grant.bot_user_id,
            expires_in=grant.expires_in,
            installed_by=grant.installed_by,
        )
        await act.record(tx, "done")


async def open_stored_token(database: Database, context: TenantContext) -> StoredToken | None:
    """The workspace's token with all that is known of it, or None when there is none.

    Raises Unavailable when it does not open: it was sealed for another row, or altered.
    """
    with suppress(CannotOpen):
        return await find_stored_token(context)
    # Or sealed a moment ago, with a key that this process has not heard of yet.
    database.forget(context.tenant_id)
    try:
        return await find_stored_token(await database.tenant(context.tenant_id))
    except CannotOpen:
        log.error(
            "a token does not open with its tenant's keys", extra={"tenant": context.tenant_id}
        )
        raise Unavailable("The connection to Slack has to be made again.") from None


async def find_stored_token(context: TenantContext) -> StoredToken | None:
    """The same of a context at hand, which may be a frozen tenant's. Raises CannotOpen."""
    async with context.db.transaction() as tx:
        return await installation.find_stored_token(tx, context)


async def open_bot_token(database: Database, tenant: TenantId) -> tuple[Secret, str] | None:
    """The access token alone, and the bot user id. Raises what `open_stored_token` raises."""
    found = await open_stored_token(database, await database.tenant(tenant))
    return (found.pair.access, found.bot_user_id) if found else None


async def open_token(context: TenantContext) -> tuple[Secret, str] | None:
    """The same of a context at hand, which may be a frozen tenant's. Raises CannotOpen."""
    found = await find_stored_token(context)
    return (found.pair.access, found.bot_user_id) if found else None
