"""The statements of tenancy, one function each. Rows in, domain objects out."""

from collections.abc import Mapping, Sequence

from core.db import sql
from core.db.transaction import ControlTx, Tx
from core.kernel.ids import TenantId, tenant_id
from core.tenancy.model import Person, Standing

SQL = sql.load("core.tenancy")


async def find_workspace(tx: ControlTx, team_id: str) -> tuple[TenantId, str] | None:
    """The tenant of a workspace and its status."""
    row = await tx.fetchrow(SQL["find_workspace"], team_id)
    return (tenant_id(row["tenant_id"]), row["status"]) if row else None


async def find_covered_workspace(
    tx: ControlTx, team_id: str, *, enterprise_id: str
) -> tuple[TenantId, str] | None:
    """The same, if the workspace is one of this organization's."""
    row = await tx.fetchrow(SQL["find_covered_workspace"], team_id, enterprise_id)
    return (tenant_id(row["tenant_id"]), row["status"]) if row else None


async def find_organization(tx: ControlTx, enterprise_id: str) -> tuple[TenantId, str] | None:
    """The record of an organization's installation and its status."""
    row = await tx.fetchrow(SQL["find_organization"], enterprise_id)
    return (tenant_id(row["tenant_id"]), row["status"]) if row else None


async def find_organization_of(
    tx: ControlTx, tenant: TenantId
) -> tuple[TenantId | None, str] | None:
    """(the organization it belongs to, if any; its Slack id) of a workspace."""
    row = await tx.fetchrow(SQL["find_organization_of"], tenant)
    if row is None:
        return None
    whose = row["organization_id"]
    return (tenant_id(whose) if whose else None, row["team_id"])


async def find_team(tx: ControlTx, tenant: TenantId) -> str | None:
    team: str | None = await tx.fetchval(SQL["find_team"], tenant)
    return team


async def list_workspaces(tx: ControlTx) -> list[tuple[str, TenantId]]:
    """(team id, tenant id) of every active workspace, oldest first."""
    rows = await tx.fetch(SQL["list_workspaces"])
    return [(row["team_id"], tenant_id(row["tenant_id"])) for row in rows]


async def put_token(
    tx: Tx,
    tenant: TenantId,
    holder: str,
    sealed: bytes,
    key_id: str,
    scopes: str,
    bot: str,
    *,
    expires_in: int | None = None,
    installed_by: str = "",
) -> None:
    """A token in place of whatever was there, of a new installation."""
    seconds = None if expires_in is None else float(expires_in)
    place = (tenant, holder, "slack")
    await tx.execute(SQL["put_token"], *place, sealed, key_id, scopes, bot, seconds, installed_by)


async def find_token(tx: Tx, tenant: TenantId, holder: str) -> tuple[bytes, str] | None:
    """(sealed token, bot user id)."""
    row = await tx.fetchrow(SQL["find_token"], tenant, holder, "slack")
    return (row["sealed_token"], row["bot_user_id"]) if row else None


async def find_person(tx: Tx, person_id: str, *, fresh_seconds: float) -> Person | None:
    row = await tx.fetchrow(SQL["find_person"], person_id, fresh_seconds)
    return Person(row["person_id"], row["standing"], row["display_name"]) if row else None


async def begin_look_up(tx: Tx, person_id: str) -> str:
    """The version of what is known of a person, for `finish_look_up`."""
    # Nothing is returned when another transaction has just made the row: one that begins now sees it.
    version: str | None = await tx.fetchval(SQL["begin_look_up"], person_id)
    return version or ""


async def finish_look_up(tx: Tx, person: Person, version: str) -> bool:
    """Keep what Slack said; False when the record has changed since, or was made by another."""
    found = (person.person_id, person.standing, person.display_name)
    return bool(await tx.fetchval(SQL["finish_look_up"], *found, version))


async def find_people(
    tx: Tx, person_ids: Sequence[str], *, fresh_seconds: float
) -> dict[str, Standing]:
    """The standings of those of whom the record is fresh."""
    rows = await tx.fetch(SQL["find_people"], person_ids, fresh_seconds)
    return {row["person_id"]: row["standing"] for row in rows}


async def begin_look_ups(tx: Tx, person_ids: Sequence[str]) -> dict[str, str]:
    """The version of what is known of each, for `finish_look_ups`."""
    rows = await tx.fetch(SQL["begin_look_ups"], person_ids)
    return {row["person_id"]: row["version"] for row in rows}


async def finish_look_ups(
    tx: Tx, people: Sequence[Person], versions: Mapping[str, str]
) -> dict[str, Standing]:
    """Keep what Slack said of each whose record has not changed since; their standings."""
    rows = await tx.fetch(
        SQL["finish_look_ups"],
        [person.person_id for person in people],
        [person.standing for person in people],
        [person.display_name for person in people],
        [versions.get(person.person_id, "") for person in people],
    )
    return {row["person_id"]: row["standing"] for row in rows}


async def put_person(tx: Tx, person: Person) -> None:
    await tx.execute(SQL["put_person"], person.person_id, person.standing, person.display_name)


async def lock_person(tx: Tx, person_id: str) -> Person | None:
    """The person's record however old it is, and to the end of the transaction nobody else's. One
    that was only made for a look-up is none."""
    row = await tx.fetchrow(SQL["lock_person"], person_id)
    return Person(row["person_id"], row["standing"], row["display_name"]) if row else None


async def rename_person(tx: Tx, person_id: str, display_name: str) -> None:
    await tx.execute(SQL["rename_person"], person_id, display_name)


async def doubt_person(tx: Tx, person_id: str, standing: Standing) -> None:
    """Until Slack is asked again the person is *standing*, and that is before they are served."""
    await tx.execute(SQL["doubt_person"], person_id, standing)
