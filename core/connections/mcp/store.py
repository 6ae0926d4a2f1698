"""The statements of MCP servers, one function each. Tokens are sealed for their server's own row."""

import json
import logging

import asyncpg

from core.connections.mcp.model import ToolServer, from_body, to_body
from core.db import sql
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import Conflict, Unavailable
from core.kernel.secret import Secret

log = logging.getLogger(__name__)

SQL = sql.load("core.connections.mcp")

PROVIDER = "mcp"
_BEING_UPDATED = "AEGIS is being updated for this workspace. Please try again shortly."
_AT_ONCE = "Somebody else changed this server in the same moment. Please try again."


async def lock_servers(tx: Tx) -> None:
    """Nobody else changes this tenant's servers until the transaction ends."""
    await tx.execute(SQL["lock_servers"])


async def list_servers(tx: Tx) -> list[ToolServer]:
    """Those that were not removed. What cannot be read is left out, so that agents still answer."""
    found = []
    for row in await tx.fetch(SQL["list_servers"]):
        try:
            found.append(from_body(row["key"], row["version"], json.loads(row["body"])))
        except (KeyError, TypeError, ValueError):
            log.warning("a server cannot be read, and is left out", extra={"server": row["key"]})
    return [server for server in found if not server.is_removed]


async def find_server(tx: Tx, key: str) -> ToolServer | None:
    """As it was kept last, removed or not. None when it never was, or cannot be read."""
    row = await tx.fetchrow(SQL["find_server"], key)
    try:
        return from_body(key, row["version"], json.loads(row["body"])) if row else None
    except (KeyError, TypeError, ValueError):
        log.warning("a server cannot be read", extra={"server": key})
        return ToolServer(key, "", is_removed=True, version=row["version"]) if row else None


async def put_server(tx: Tx, server: ToolServer, changed_by: str) -> None:
    """The version that *server* says. Raises Conflict when it is there already, and Unavailable
    where the tenant's tables do not take servers yet."""
    body = json.dumps(to_body(server), ensure_ascii=False)
    try:
        await tx.execute(SQL["put_server"], server.key, server.version, body, changed_by)
    except asyncpg.UniqueViolationError:
        raise Conflict(_AT_ONCE) from None
    except asyncpg.CheckViolationError:
        raise Unavailable(_BEING_UPDATED) from None


async def find_token(tx: Tx, context: TenantContext, key: str) -> Secret | None:
    """Opened. Raises CannotOpen for what was sealed for anything else."""
    sealed = await tx.fetchval(SQL["find_server_token"], context.tenant_id, key)
    if sealed is None:
        return None
    return Secret(context.sealer.open(sealed, context.tenant_id, key, PROVIDER).decode())


async def put_token(
    tx: Tx, context: TenantContext, key: str, token: Secret | None, person_id: str
) -> None:
    """In a transaction of `Database.sealing`. None takes away what was there."""
    if not token:
        await tx.execute(SQL["drop_server_token"], context.tenant_id, key)
        return
    sealed = context.sealer.seal(token.reveal().encode(), context.tenant_id, key, PROVIDER)
    await tx.execute(
        SQL["put_server_token"],
        *(context.tenant_id, key, sealed, context.sealer.key_id, person_id),
    )
