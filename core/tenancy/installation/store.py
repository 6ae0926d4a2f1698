"""The statements of an installation, one function each. Times are the database's."""

from core.db import sql
from core.db.tenant import TenantContext
from core.db.transaction import ControlTx, Tx
from core.kernel.ids import TenantId
from core.tenancy.installation.model import StoredToken, TokenPair, TokenVersion
from core.tenancy.model import WORKSPACE_HOLDER

SQL = sql.load("core.tenancy.installation")

PROVIDER = "slack"
# What a token is sealed for, after the tenant: the place of its row.
ROW = (WORKSPACE_HOLDER, PROVIDER)
# A token is renewed this long before it expires: an answer takes minutes, an outage longer.
DUE_SECONDS = 1800.0


async def drop_old_states(tx: ControlTx) -> None:
    await tx.execute(SQL["drop_old_states"])


async def put_state(
    tx: ControlTx, state_hash: str, kind: str, browser_hash: str, seconds: float, most: int
) -> bool:
    """False when *most* are under way already."""
    given = (state_hash, kind, browser_hash, seconds, most)
    return bool(await tx.fetchval(SQL["put_state"], *given))


async def take_state(tx: ControlTx, state_hash: str, kind: str, browser_hash: str) -> bool:
    """True for the one caller that took it."""
    return bool(await tx.fetchval(SQL["take_state"], state_hash, kind, browser_hash))


async def find_stored_token(tx: Tx, context: TenantContext) -> StoredToken | None:
    """The workspace's (or the organization's) token, opened. Raises CannotOpen."""
    tenant = context.tenant_id
    row = await tx.fetchrow(
        SQL["find_stored_token"], tenant, WORKSPACE_HOLDER, PROVIDER, DUE_SECONDS
    )
    if row is None:
        return None
    opened = context.sealer.open(row["sealed_token"], tenant, WORKSPACE_HOLDER, PROVIDER)
    return StoredToken(
        TokenPair.of_text(opened),
        TokenVersion(row["installed_at"], row["expires_at"]),
        row["bot_user_id"],
        row["refused"],
        row["is_due"],
        row["is_expired"],
        row["ends_at"],
        row["installed_by"],
        row["scopes"],
    )


async def find_version(tx: Tx, tenant: TenantId) -> TokenVersion | None:
    """Which token it has that Slack has not refused, unopened."""
    row = await tx.fetchrow(SQL["find_version"], tenant, WORKSPACE_HOLDER, PROVIDER)
    return TokenVersion(row["installed_at"], row["expires_at"]) if row else None


async def find_refused(tx: Tx, tenant: TenantId) -> str:
    """Slack's word for why it takes the token no more, or nothing."""
    found: str | None = await tx.fetchval(SQL["find_refused"], tenant, WORKSPACE_HOLDER, PROVIDER)
    return found or ""


async def find_installer(tx: Tx, tenant: TenantId) -> str | None:
    """Who installed it in Slack; None where the operator did, or there is no token."""
    found: str | None = await tx.fetchval(SQL["find_installer"], tenant, WORKSPACE_HOLDER, PROVIDER)
    return found


async def find_scopes(tx: Tx, tenant: TenantId) -> str | None:
    """What was granted with the token it has, which Slack has not refused; empty: nobody knows."""
    found: str | None = await tx.fetchval(SQL["find_scopes"], tenant, WORKSPACE_HOLDER, PROVIDER)
    return found


async def claim_refresh(tx: Tx, tenant: TenantId, version: TokenVersion, seconds: float) -> bool:
    """Whether it is for the caller to renew this version, for so long."""
    return bool(await tx.fetchval(SQL["claim_refresh"], *_named(tenant, version), seconds))


async def put_off_refresh(tx: Tx, tenant: TenantId, version: TokenVersion) -> bool:
    """Let this version live to its end without being renewed; False when it is another by now."""
    return bool(await tx.fetchval(SQL["put_off_refresh"], *_named(tenant, version)))


async def replace_pair(
    tx: Tx,
    tenant: TenantId,
    version: TokenVersion,
    sealed: bytes,
    key_id: str,
    expires_in: int | None,
) -> bool:
    """False when the token is another one by now."""
    seconds = None if expires_in is None else float(expires_in)
    return bool(
        await tx.fetchval(SQL["replace_pair"], *_named(tenant, version), sealed, key_id, seconds)
    )


async def refuse_token(tx: Tx, tenant: TenantId, version: TokenVersion, code: str) -> bool:
    """False when that is known, or the token is another one by now."""
    return bool(await tx.fetchval(SQL["refuse_token"], *_named(tenant, version), code))


async def lift_refusal(tx: Tx, tenant: TenantId, version: TokenVersion, code: str) -> bool:
    """False when the token is another one by now, or is refused for another reason."""
    return bool(await tx.fetchval(SQL["lift_refusal"], *_named(tenant, version), code))


def _named(tenant: TenantId, version: TokenVersion) -> tuple[object, ...]:
    return tenant, WORKSPACE_HOLDER, PROVIDER, version.installed_at, version.expires_at
