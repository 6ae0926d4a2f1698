"""Switching troubles on and off."""

from aiohttp import web

from bot.sandbox.actions.seat import Refused
from bot.sandbox.control.desk import Desk, Json, Routes, number, read_body, text
from bot.sandbox.faults.switches import descriptions
from bot.sandbox.webapi.service import Refusal


async def show(desk: Desk, request: web.Request) -> web.Response:
    """Every switch as it stands, and the seed."""
    return web.json_response(_standing(desk))


async def put(desk: Desk, request: web.Request) -> web.Response:
    """Set the switches named; a seed begins the chance anew."""
    given = dict(await read_body(request))
    seed = given.pop("seed", None)
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise Refused("`seed` must be a whole number.")
    faults, before = desk.world.faults, desk.world.faults.half_open
    faults.set(given)
    if seed is not None:
        desk.world.dice.restart(seed)
    if faults.half_open and not before:
        desk.sockets.cut_silently()
    return web.json_response(_standing(desk))


async def switches(desk: Desk, request: web.Request) -> web.Response:
    """What each switch is, for a page or a script to show."""
    now = desk.world.faults.to_wire()
    described = [one | {"value": now[one["name"]]} for one in descriptions()]
    return web.json_response({"switches": described})


async def refuse(desk: Desk, request: web.Request) -> web.Response:
    """The next calls of a method fail."""
    body = await read_body(request, {"method", "error", "times", "retry_after_s"})
    method, error = text(body, "method"), text(body, "error")
    if method not in desk.web_api.table.methods or not error:
        raise Refused("Say a `method` that is served, and the `error` it is to answer.")
    wait = body.get("retry_after_s")
    seconds = None if wait is None else int(number(wait, "retry_after_s"))
    times = int(number(body.get("times"), "times", 1))
    desk.web_api.refuse(method, Refusal(error, times, seconds))
    return web.json_response({})


async def refresh_sockets(desk: Desk, request: web.Request) -> web.Response:
    """Every socket is asked to reconnect and closed."""
    count = desk.sockets.connections
    await desk.sockets.refresh()
    return web.json_response({"sockets": count})


def _standing(desk: Desk) -> Json:
    return desk.world.faults.to_wire() | {"seed": desk.world.dice.seed}


ROUTES: Routes = {
    ("GET", "/sandbox/faults"): show,
    ("PUT", "/sandbox/faults"): put,
    ("GET", "/sandbox/switches"): switches,
    ("POST", "/sandbox/refuse"): refuse,
    ("POST", "/sandbox/refresh_sockets"): refresh_sockets,
}
