"""The control API: persons act, the page looks. Loopback only; see docs/sandbox.md."""

from functools import partial

from aiohttp import web

from bot.sandbox.control import app, persons
from bot.sandbox.control.desk import Desk, Routes
from bot.sandbox.control.faults import records, troubles
from bot.sandbox.control.life import changes, installations
from bot.sandbox.control.scenes import dialogs, windows

ROUTES: Routes = {
    **app.ROUTES,
    **persons.ROUTES,
    **troubles.ROUTES,
    **records.ROUTES,
    **installations.ROUTES,
    **changes.ROUTES,
    **dialogs.ROUTES,
    **windows.ROUTES,
}


def route_table(desk: Desk) -> list[web.RouteDef]:
    """The routes under /sandbox/, at work on these parts."""
    return [
        web.route(method, path, partial(handler, desk))
        for (method, path), handler in ROUTES.items()
    ]
