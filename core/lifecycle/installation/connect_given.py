"""Connect a workspace with a token from the settings, where nobody has connected it better."""

from core.db.database import Database
from core.kernel.errors import Unavailable
from core.kernel.ids import TenantId
from core.lifecycle import store
from core.lifecycle.installation.complete_install import complete_install
from core.tenancy.install_workspace import Grant, Provisioner, open_stored_token
from core.tenancy.installation.model import StoredToken
from core.tenancy.model import OPERATOR


async def connect_given(database: Database, provisioner: Provisioner, grant: Grant) -> bool:
    """False where the workspace keeps the token it has: what a person has approved in a browser is
    newer than what the settings say, for as long as Slack takes it.

    Raises what `complete_install` raises.
    """
    async with database.control() as tx:
        found = await store.find_registered(tx, grant.team_id)
    if found is not None and found.status == "active":
        stored = await _stored(database, found.tenant_id)
        if stored is not None and _is_better(stored, grant):
            return False
    await complete_install(database, provisioner, grant)
    return True


async def _stored(database: Database, tenant: TenantId) -> StoredToken | None:
    """One that does not open is none."""
    context = await database.tenant(tenant)
    try:
        return await open_stored_token(database, context)
    except Unavailable:
        return None


def _is_better(stored: StoredToken, grant: Grant) -> bool:
    if stored.refused or (stored.is_expired and stored.pair.refresh is None):
        return False
    if stored.pair.access == grant.bot_token:
        return grant.scopes in ("", stored.scopes)
    # What was set in the same way before is replaced by what is set now.
    return stored.installed_by != OPERATOR
