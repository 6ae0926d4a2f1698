"""The statements of a tenant's life, one function each. What writes the registry works with the
admin's login alone."""

from collections.abc import Sequence
from datetime import datetime

from core.db import sql
from core.db.transaction import ControlTx, Tx
from core.kernel.ids import TenantId, tenant_id
from core.kernel.signing import Signed
from core.lifecycle.model import Because, Certificate, LinkedWorkspace, Registered

SQL = sql.load("core.lifecycle")


async def find_registered(tx: ControlTx, wanted: str) -> Registered | None:
    """By tenant id or Slack team id, also when it is erased."""
    row = await tx.fetchrow(SQL["find_registered"], wanted)
    return Registered(**row) if row else None


async def lock_registered(tx: ControlTx, tenant: TenantId) -> Registered | None:
    """The same by its id, held until the transaction ends."""
    row = await tx.fetchrow(SQL["lock_registered"], tenant)
    return Registered(**row) if row else None


async def list_registered(tx: ControlTx) -> list[Registered]:
    """All, oldest first."""
    return [Registered(**row) for row in await tx.fetch(SQL["list_registered"])]


async def list_due(tx: ControlTx) -> list[TenantId]:
    """Whose grace is over, and those of which an erasure broke off."""
    return [tenant_id(row["tenant_id"]) for row in await tx.fetch(SQL["list_due"])]


async def freeze(tx: ControlTx, tenant: TenantId, grace_days: int, because: Because) -> datetime:
    """Returns when the grace ends."""
    erase_after: datetime = await tx.fetchval(SQL["freeze"], tenant, grace_days, because)
    return erase_after


async def freeze_because(tx: ControlTx, tenant: TenantId, because: Because) -> None:
    await tx.execute(SQL["freeze_because"], tenant, because)


async def thaw(tx: ControlTx, tenant: TenantId) -> None:
    await tx.execute(SQL["thaw"], tenant)


async def drop_idle_mailboxes(tx: ControlTx, tenant: TenantId) -> None:
    await tx.execute(SQL["drop_idle_mailboxes"], tenant)


async def wake_mailboxes(tx: ControlTx, tenant: TenantId) -> None:
    """For all that waits in the inbox: works only as the owner, inside the tenant's schema."""
    await tx.execute(SQL["wake_mailboxes"], tenant)


async def wake_tenant(tx: ControlTx, tenant: TenantId) -> None:
    """Its mailboxes that wait for a while are due now; with an organization's, its workspaces'."""
    await tx.execute(SQL["wake_tenant"], tenant)


async def link_to_organization(
    tx: ControlTx, workspace: TenantId, organization: TenantId | None
) -> None:
    await tx.execute(SQL["link_to_organization"], workspace, organization)


async def list_linked(tx: ControlTx, organization: TenantId) -> list[LinkedWorkspace]:
    """The workspaces that an organization's token speaks in, those that are frozen too."""
    return [LinkedWorkspace(**row) for row in await tx.fetch(SQL["list_linked"], organization)]


async def list_organizations(tx: ControlTx) -> list[TenantId]:
    """The records of the organizations that the app is installed for."""
    rows = await tx.fetch(SQL["list_organizations"])
    return [tenant_id(row["tenant_id"]) for row in rows]


async def count_running(tx: ControlTx, tenant: TenantId) -> int:
    """How many of the tenant's mailboxes a worker holds."""
    running: int = await tx.fetchval(SQL["count_running"], tenant)
    return running


async def shred(tx: ControlTx, tenant: TenantId) -> datetime:
    """Destroy the wrapped keys, unlink the workspace, empty the queue; the tenant is being erased."""
    at: datetime = await tx.fetchval(SQL["shred"], tenant)
    return at


async def put_certificate(tx: ControlTx, certificate: Certificate) -> None:
    await tx.execute(SQL["put_certificate"], *_values(certificate))


async def replace_certificate(tx: ControlTx, certificate: Certificate) -> None:
    """The last word in place of what was written when the erasure began."""
    await tx.execute(SQL["replace_certificate"], *_values(certificate))


async def find_certificate(tx: ControlTx, tenant: TenantId) -> Certificate | None:
    """The newest; of an erasure that is not over, what it has found out so far."""
    row = await tx.fetchrow(SQL["find_certificate"], tenant)
    if row is None:
        return None
    signed = Signed(row["statement"], row["signature"], row["key_id"])
    return Certificate(row["certificate_id"], tenant_id(row["tenant_id"]), row["erased_at"], signed)


async def find_chain_end(tx: ControlTx, tenant: TenantId) -> tuple[int, str, datetime]:
    """(number, hash) of the last audit row there was, and the time now."""
    row = await tx.fetchrow(SQL["find_chain_end"], tenant)
    if row is None:
        raise LookupError("a tenant that is being erased is in the registry")
    return row["seq"] or 0, row["head"] or "", row["at"]


async def close_registration(tx: ControlTx, tenant: TenantId) -> None:
    await tx.execute(SQL["close_registration"], tenant)


async def list_retention(tx: Tx) -> dict[str, int | None]:
    """What the tenant has set: class of data → days, or None for ever."""
    rows = await tx.fetch(SQL["list_retention"])
    return {row["data_class"]: row["keep_days"] for row in rows}


async def put_retention(tx: Tx, data_class: str, keep_days: int | None, changed_by: str) -> None:
    await tx.execute(SQL["put_retention"], data_class, keep_days, changed_by)


async def drop_old_turns(tx: Tx, keep_days: int, limit: int) -> int:
    return len(await tx.fetch(SQL["drop_old_turns"], keep_days, limit))


async def forget_old_steps(tx: Tx, keep_days: int, limit: int) -> int:
    """Rows of steps that lost their content."""
    return len(await tx.fetch(SQL["forget_old_steps"], keep_days, limit))


async def drop_old_steps(tx: Tx, keep_days: int, limit: int, least_days: int) -> int:
    return len(await tx.fetch(SQL["drop_old_steps"], keep_days, limit, least_days))


async def drop_old_messages(tx: Tx, keep_days: int, limit: int) -> int:
    return len(await tx.fetch(SQL["drop_old_messages"], keep_days, limit))


async def lock_old_conversations(tx: Tx, keep_days: int, limit: int) -> list[int]:
    """Conversations without any turn left."""
    rows = await tx.fetch(SQL["lock_old_conversations"], keep_days, limit)
    return [row["id"] for row in rows]


async def drop_empty_conversations(tx: Tx, conversations: Sequence[int]) -> int:
    return len(await tx.fetch(SQL["drop_empty_conversations"], list(conversations)))


async def drop_old_people(tx: Tx, keep_days: int, limit: int) -> int:
    return len(await tx.fetch(SQL["drop_old_people"], keep_days, limit))


async def find_audit_cutoff(tx: Tx, keep_days: int) -> datetime | None:
    """The time before which rows of the log may go; None when there are none."""
    cutoff: datetime | None = await tx.fetchval(SQL["find_audit_cutoff"], keep_days)
    return cutoff


def _values(certificate: Certificate) -> tuple[object, ...]:
    signed = certificate.signed
    return (
        certificate.certificate_id,
        certificate.tenant_id,
        certificate.erased_at,
        signed.text,
        signed.signature,
        signed.key_id,
    )
