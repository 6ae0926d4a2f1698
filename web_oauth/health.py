"""Is the process alive, and can it do its work."""

import asyncio

from aiohttp import web

from core.db.database import Database

READY_SECONDS = 3.0


def routes(database: Database) -> list[web.RouteDef]:
    async def live(request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def ready(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(READY_SECONDS), database.control() as tx:
                await tx.fetchval("select 1")
        except Exception:
            return web.json_response({"ok": False, "waiting_for": "database"}, status=503)
        return web.json_response({"ok": True})

    return [web.get("/health/live", live), web.get("/health/ready", ready)]
