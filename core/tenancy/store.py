"""The statements of tenancy, one function each. Rows in, domain objects out."""

from core.db import sql
from core.db.transaction import ControlTx, Tx
from core.kernel.ids import TenantId, tenant_id
from core.tenancy.model import Person

SQL = sql.load("core.tenancy")


async def find_workspace(tx: ControlTx, team_id: str) -> tuple[TenantId, str] | None:
    """The tenant of a workspace and its status."""
    row = await tx.fetchrow(SQL["find_workspace"], team_id)
    return (tenant_id(row["tenant_id"]), row["status"]) if row else None


async def find_team(tx: ControlTx, tenant: TenantId) -> str | None:
    team: str | None = await tx.fetchval(SQL["find_team"], tenant)
    return team


async def list_workspaces(tx: ControlTx) -> list[tuple[str, TenantId]]:
    """(team id, tenant id) of every active workspace, oldest first."""
    rows = await tx.fetch(SQL["list_workspaces"])
    return [(row["team_id"], tenant_id(row["tenant_id"])) for row in rows]


async def put_token(
    tx: Tx, tenant: TenantId, holder: str, sealed: bytes, key_id: str, scopes: str, bot: str
) -> None:
    await tx.execute(SQL["put_token"], tenant, holder, "slack", sealed, key_id, scopes, bot)


async def find_token(tx: Tx, tenant: TenantId, holder: str) -> tuple[bytes, str] | None:
    """(sealed token, bot user id)."""
    row = await tx.fetchrow(SQL["find_token"], tenant, holder, "slack")
    return (row["sealed_token"], row["bot_user_id"]) if row else None


async def find_person(tx: Tx, person_id: str, *, fresh_seconds: float) -> Person | None:
    row = await tx.fetchrow(SQL["find_person"], person_id, fresh_seconds)
    return Person(row["person_id"], row["standing"], row["display_name"]) if row else None


async def put_person(tx: Tx, person: Person) -> None:
    await tx.execute(SQL["put_person"], person.person_id, person.standing, person.display_name)
