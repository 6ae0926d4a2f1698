"""Switch a workspace off, to be erased: at most once for one event, whatever happens around it."""

from datetime import datetime

from core.db.database import Database
from core.db.tenant import TenantContext
from core.jobs import store as jobs
from core.jobs.model import InboxEvent
from core.lifecycle.freeze_tenant import freeze_tenant
from core.lifecycle.model import Rules
from core.tenancy.install_workspace import Provisioner


async def begin_erasure(
    context: TenantContext,
    database: Database,
    provisioner: Provisioner,
    rules: Rules,
    *,
    event: InboxEvent,
    actor: str,
) -> datetime:
    """Returns when the grace ends. The caller has checked that *actor* may.

    The event is completed first: were it left waiting in a frozen inbox, it would run again when
    an operator thaws the tenant, and freeze it again.
    """
    async with context.db.transaction() as tx:
        await jobs.complete_event(tx, event.id)
    return await freeze_tenant(
        database,
        provisioner,
        context.tenant_id,
        rules,
        actor=actor,
        reference=event.event_id,
        because="owner",
    )
