"""A person opens the app's Home, presses what is there, sends and closes modals."""

from collections.abc import Mapping

from aiohttp import web

from bot.sandbox.actions.click import click
from bot.sandbox.actions.dialogs.opening import open_app
from bot.sandbox.actions.dialogs.windows import close, press, submit
from bot.sandbox.actions.seat import Refused, find_person, find_workspace
from bot.sandbox.control.desk import Desk, Json, Routes, flag, read_body, text
from bot.sandbox.control.persons import SEAT, seat_of
from bot.sandbox.control.scenes.dialogs import glass_of, told
from bot.sandbox.model.dialogs.view import view_wire

_BUTTON = {"action_id", "block_id", "text", "value", "selected"}


async def views(desk: Desk, request: web.Request) -> web.Response:
    """What the app shows this person: Home (or null), and the open modals, the top one last."""
    workspace = find_workspace(desk.world, request.query.get("workspace", ""))
    person = find_person(workspace, request.query.get("person", ""))
    world = desk.world
    home = world.homes.find(workspace.id, person.id)
    stack = world.modals.stack(workspace.id, person.id)
    return web.json_response(
        {
            "home": view_wire(world.app, workspace, home) if home else None,
            "modals": [view_wire(world.app, workspace, modal) for modal in stack],
        }
    )


async def open_home(desk: Desk, request: web.Request) -> web.Response:
    """The person opens the app, at its Home or at its messages."""
    body = await read_body(request, {"workspace", "person", "tab"})
    open_app(glass_of(desk, body), text(body, "tab") or "home")
    return web.json_response({})


async def click_element(desk: Desk, request: web.Request) -> web.Response:
    """A person presses a button or picks in a menu: of a message, of a modal or at Home."""
    body = await read_body(request, {"ts", "view_id", "fields"} | _BUTTON | SEAT)
    if text(body, "ts"):
        seat = seat_of(desk, body)
        await click(desk.world, desk.courier, desk.replies, seat, text(body, "ts"), body)
        return web.json_response({})
    glass = glass_of(desk, body)
    shown = glass.find(text(body, "view_id"))
    return told(await press(glass, shown, body, _fields(body)))


async def send(desk: Desk, request: web.Request) -> web.Response:
    """The person presses the submit button of the modal on top, or of the one with this id."""
    body = await read_body(request, {"workspace", "person", "view_id", "fields"})
    glass = glass_of(desk, body)
    sent = await submit(glass, glass.find_modal(text(body, "view_id")), _fields(body))
    return told(sent.answer, errors=sent.errors, trouble=sent.trouble)


async def close_modal(desk: Desk, request: web.Request) -> web.Response:
    """The person closes the modal on top, or all of them."""
    body = await read_body(request, {"workspace", "person", "view_id", "all"})
    glass = glass_of(desk, body)
    modal = glass.find_modal(text(body, "view_id"))
    answers = await close(glass, modal, all_=flag(body, "all", False))
    return web.json_response({"told": len(answers)})


def _fields(body: Json) -> Mapping[str, object]:
    fields = body.get("fields") or {}
    if not isinstance(fields, dict):
        raise Refused("`fields` must be an object: what is entered, by block_id or label.")
    return fields


ROUTES: Routes = {
    ("GET", "/sandbox/views"): views,
    ("POST", "/sandbox/open_home"): open_home,
    ("POST", "/sandbox/click"): click_element,
    ("POST", "/sandbox/submit"): send,
    ("POST", "/sandbox/close"): close_modal,
}
