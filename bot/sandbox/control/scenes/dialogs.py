"""A person uses a shortcut; what the app answers to views and menus is tried."""

from aiohttp import web

from bot.sandbox.actions.dialogs.opening import about_message, use_shortcut
from bot.sandbox.actions.dialogs.windows import Glass, after_sent
from bot.sandbox.actions.interaction import interaction
from bot.sandbox.actions.seat import Refused, find_person, find_seat, find_workspace
from bot.sandbox.control.desk import Desk, Json, Routes, flag, read_body, text
from bot.sandbox.delivery.parcel import Answer, Parcel
from bot.sandbox.model.dialogs.view import View, view_wire
from bot.sandbox.model.ids import new_id


def glass_of(desk: Desk, body: Json) -> Glass:
    """The person named in the body, before what the app shows them.

    Raises:
        Refused: there is no such person, or the app is not there.
    """
    workspace = find_workspace(desk.world, text(body, "workspace"))
    if not desk.world.serves(workspace):
        raise Refused(f"The app is not in {workspace.name}.")
    person = find_person(workspace, text(body, "person"))
    return Glass(desk.world, desk.courier, workspace, person)


def told(answer: Answer | None, **more: object) -> web.Response:
    """What the app answered; nothing when it was not asked."""
    outcome = answer.outcome if answer else None
    body = answer.body if answer else None
    return web.json_response({"status": outcome, "answer": body} | more)


async def shortcut(desk: Desk, request: web.Request) -> web.Response:
    """A global shortcut, or with `ts` and `in` one on that message."""
    body = await read_body(request, {"workspace", "person", "callback_id", "ts", "in"})
    glass, about = glass_of(desk, body), None
    if text(body, "ts"):
        place = text(body, "in")
        seat = find_seat(desk.world, glass.workspace.id, glass.person.id, place)
        about = about_message(desk.replies, seat, text(body, "ts"))
    answer, trigger_id = await use_shortcut(glass, text(body, "callback_id"), about)
    return told(answer, trigger_id=trigger_id)


async def view(desk: Desk, request: web.Request) -> web.Response:
    """The person sends the modal with this callback_id, or closes it, with these very values. If
    the app has opened none, one is made up: what the app does with it can be tried all the same."""
    body = await read_body(request, {"workspace", "person", "callback_id", "values", "closed"})
    glass = glass_of(desk, body)
    closed, callback_id = flag(body, "closed", False), text(body, "callback_id")
    values = body.get("values") or {}
    if not isinstance(values, dict):
        raise Refused("`values` must be an object: values by block_id and action_id.")
    stack = desk.world.modals.stack(glass.workspace.id, glass.person.id)
    modal = stack[-1] if stack and stack[-1].view.get("callback_id") == callback_id else None
    shown = modal or _made_up(callback_id)
    if closed:
        answer = await glass.ask("view_closed", shown, values, is_cleared=False)
        if modal is not None:
            desk.world.modals.close(glass.workspace.id, glass.person.id, modal, all_=False)
            glass.changed()
        return told(answer)
    answer = await glass.ask("view_submission", shown, values, response_urls=[])
    if modal is not None and answer.arrived:
        after_sent(glass, modal, answer)
    return told(answer)


async def options(desk: Desk, request: web.Request) -> web.Response:
    """The person types into a menu whose options the app knows; what the app answered."""
    known = {"workspace", "person", "action_id", "block_id", "value", "ts", "in", "view_id"}
    body = await read_body(request, known)
    glass = glass_of(desk, body)
    payload = interaction(desk.world, glass.workspace, glass.person, "block_suggestion") | {
        "action_id": text(body, "action_id"),
        "block_id": text(body, "block_id") or new_id("b"),
        "value": text(body, "value"),
    }
    del payload["trigger_id"]
    if text(body, "ts"):
        place = text(body, "in")
        seat = find_seat(desk.world, glass.workspace.id, glass.person.id, place)
        about = about_message(desk.replies, seat, text(body, "ts"))
        where = {"message_ts": about["message_ts"], "channel_id": seat.channel.id}
        payload |= {"container": {"type": "message"} | where, "channel": about["channel"]}
    elif text(body, "view_id"):
        shown = glass.find(text(body, "view_id"))
        wire = view_wire(desk.world.app, glass.workspace, shown, glass.state(shown, {}))
        payload |= {"container": {"type": "view", "view_id": shown.id}, "view": wire}
    parcel = Parcel(kind="interactivity", payload=payload, workspace=glass.workspace.name)
    return told(await desk.courier.ask(parcel))


def _made_up(callback_id: str) -> View:
    title = {"type": "plain_text", "text": "Made up"}
    shape: Json = {"type": "modal", "title": title, "blocks": [], "callback_id": callback_id}
    id_ = new_id("V")
    return View(id=id_, view=shape, hash="", root_id=id_)


ROUTES: Routes = {
    ("POST", "/sandbox/shortcut"): shortcut,
    ("POST", "/sandbox/view"): view,
    ("POST", "/sandbox/options"): options,
}
