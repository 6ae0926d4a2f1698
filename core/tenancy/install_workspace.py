"""Install a workspace: make its tenant if it has none, and keep its bot token sealed."""

import logging
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg

from core.audit.attempt import attempt
from core.db.database import Database
from core.db.tenant import TenantContext
from core.kernel.errors import Invalid, Unavailable
from core.kernel.ids import TenantId, new_reference
from core.kernel.sealing import CannotOpen, Sealer
from core.kernel.secret import Secret
from core.tenancy import store
from core.tenancy.model import WORKSPACE_HOLDER
from core.tenancy.provision import provision_tenant

log = logging.getLogger(__name__)

ACTION = "tenancy:token:exchange"


@dataclass(frozen=True, slots=True)
class Grant:
    """What Slack gave for a workspace."""

    team_id: str
    bot_token: Secret
    bot_user_id: str
    scopes: str = ""
    installed_by: str = "operator"


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
        admin = await asyncpg.connect(self.admin_dsn)
        try:
            found = await admin.fetchrow(store.SQL["find_workspace"], team_id)
            if found is None:
                try:
                    return await provision_tenant(admin, self.master, self.service_login, team_id)
                except asyncpg.UniqueViolationError:
                    found = await admin.fetchrow(store.SQL["find_workspace"], team_id)
            assert found is not None
            return TenantId(found["tenant_id"])
        finally:
            await admin.close()


async def install_workspace(database: Database, provisioner: Provisioner, grant: Grant) -> TenantId:
    """Provision if needed, then store the token, audited, sealed for this tenant and row."""
    tenant = await provisioner.tenant_for(grant.team_id)
    ours = await database.tenant(tenant)
    given = ours.fingerprint(f"{grant.team_id}\n{grant.bot_user_id}\n{grant.scopes}")
    async with (
        attempt(
            ours, ACTION, grant.installed_by, reference=new_reference(), arguments=given
        ) as act,
        database.sealing(tenant) as (tx, context),
    ):
        sealed = context.sealer.seal(
            grant.bot_token.reveal().encode(), tenant, WORKSPACE_HOLDER, "slack"
        )
        await store.put_token(
            tx,
            tenant,
            WORKSPACE_HOLDER,
            sealed,
            context.sealer.key_id,
            grant.scopes,
            grant.bot_user_id,
        )
        await act.record(tx, "done")
    return tenant


async def open_bot_token(database: Database, tenant: TenantId) -> tuple[Secret, str] | None:
    """The workspace's bot token and bot user id, or None when there is none.

    Raises Unavailable when it does not open: it was sealed for another row, or altered.
    """
    with suppress(CannotOpen):
        return await open_token(await database.tenant(tenant))
    # Or sealed a moment ago, with a key that this process has not heard of yet.
    database.forget(tenant)
    try:
        return await open_token(await database.tenant(tenant))
    except CannotOpen:
        log.error("a token does not open with its tenant's keys", extra={"tenant": tenant})
        raise Unavailable("The connection to Slack has to be made again.") from None


async def open_token(context: TenantContext) -> tuple[Secret, str] | None:
    """The same of a context at hand, which may be a frozen tenant's. Raises CannotOpen."""
    async with context.db.transaction() as tx:
        found = await store.find_token(tx, context.tenant_id, WORKSPACE_HOLDER)
    if found is None:
        return None
    sealed, bot_user_id = found
    opened = context.sealer.open(sealed, context.tenant_id, WORKSPACE_HOLDER, "slack")
    return Secret(opened.decode()), bot_user_id
