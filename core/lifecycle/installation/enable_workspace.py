"""A workspace of an organization becomes a tenant, when an admin has enabled AEGIS in it."""

from core.db.database import NOT_SET_UP, Database
from core.kernel.errors import Conflict, Invalid, NotFound
from core.kernel.ids import TenantId
from core.lifecycle import store
from core.lifecycle.installation.complete_install import resume
from core.lifecycle.registry import hold
from core.tenancy.install_workspace import Provisioner

ACTION = "lifecycle:workspace:enable"


async def enable_workspace(
    database: Database,
    provisioner: Provisioner,
    organization: TenantId,
    team_id: str,
    *,
    actor: str,
    reference: str,
) -> TenantId:
    """From now on the organization's token speaks in this workspace, where it has none of its own.

    Raises NotFound (no such organization), Refused (people have switched the workspace off),
    Invalid, Conflict, Unavailable.
    """
    async with database.control() as tx:
        found = await store.find_registered(tx, organization)
    if found is None or found.kind != "organization" or found.status != "active":
        raise NotFound(NOT_SET_UP)
    if not team_id.startswith("T"):
        raise Invalid("That is not the id of a Slack workspace, as in T0123ABCD.")
    workspace = await provisioner.tenant_for(team_id)
    async with hold(provisioner, workspace) as held:
        if held.registered.status not in ("active", "frozen"):
            raise Conflict("This workspace is being erased. Please try again when it is gone.")
        await store.link_to_organization(held.tx, workspace, organization)
        await held.record(ACTION, actor, outcome="done", reference=reference)
    await resume(database, provisioner, workspace, actor=actor)
    return workspace
