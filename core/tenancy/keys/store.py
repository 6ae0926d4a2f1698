"""The statements of key rotation, one function each. Those that write the registry work with the
admin's login alone."""

from core.db import sql
from core.db.transaction import ControlTx, Tx
from core.kernel.ids import TenantId, tenant_id
from core.kernel.sealing import ALGORITHM
from core.tenancy.keys.model import SealedRow, WrappedKey

SQL = sql.load("core.tenancy.keys")


async def list_wrapped_keys(tx: ControlTx, current: str) -> list[WrappedKey]:
    """Keys that are wrapped with another master key than *current*."""
    rows = await tx.fetch(SQL["list_wrapped_keys"], current)
    return [WrappedKey(tenant_id(row[0]), row[1], row[2]) for row in rows]


async def list_wrapping_keys(tx: ControlTx) -> dict[str, int]:
    """Id of each master key in use → how many tenants' keys it wraps."""
    rows = await tx.fetch(SQL["list_wrapping_keys"])
    return {row["wrapping_key_id"]: row["tenants"] for row in rows}


async def list_rotating_tenants(tx: ControlTx) -> list[TenantId]:
    """Every tenant that is not on its way out."""
    return [tenant_id(row["tenant_id"]) for row in await tx.fetch(SQL["list_rotating_tenants"])]


async def find_wrapped_key(tx: ControlTx, tenant: TenantId) -> WrappedKey | None:
    row = await tx.fetchrow(SQL["find_wrapped_key"], tenant)
    return WrappedKey(tenant_id(row[0]), row[1], row[2]) if row else None


async def replace_wrapped_key(
    tx: ControlTx, found: WrappedKey, wrapped: bytes, wrapping_key_id: str
) -> bool:
    """False when the key is not as it was found any more."""
    replaced = await tx.fetchval(
        SQL["replace_wrapped_key"], found.tenant, found.wrapped, wrapped, wrapping_key_id, ALGORITHM
    )
    return bool(replaced)


async def take_keys(tx: ControlTx, whose: str) -> None:
    """Alone until the transaction ends: nobody else seals with the keys of *whose*."""
    await tx.execute(SQL["take_keys"], whose)


async def list_sealed_tokens(tx: Tx, tenant: TenantId, current: str) -> list[SealedRow]:
    """Tokens that are sealed with another key than *current*."""
    rows = await tx.fetch(SQL["list_sealed_tokens"], tenant, current)
    return [SealedRow((row["user_id"], row["provider"]), row["sealed_token"]) for row in rows]


async def replace_sealed_token(
    tx: Tx, tenant: TenantId, found: SealedRow, sealed: bytes, key_id: str
) -> bool:
    """False when the token is not as it was found any more."""
    replaced = await tx.fetchval(
        SQL["replace_sealed_token"],
        tenant, *found.place, found.sealed, sealed, key_id, ALGORITHM,
    )  # fmt: skip
    return bool(replaced)
