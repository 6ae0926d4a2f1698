"""Roles belong to the whole cluster, so tests that made some take them away again."""

import asyncpg


async def drop_tenant_roles(admin: asyncpg.Connection) -> None:
    rows = await admin.fetch("select rolname from pg_roles where rolname ~ '^tenant_[0-9a-f]{32}$'")
    for row in rows:
        name = row["rolname"]
        await admin.execute(f"drop schema if exists {name} cascade")
        await admin.execute(f"drop owned by {name}")
        await admin.execute(f"drop role {name}")
