"""A person uses a shortcut, sends or closes a modal, types into a menu."""

from aiohttp import web

from bot.sandbox.actions.interaction import interaction
from bot.sandbox.actions.seat import Refused, Seat, find_person, find_seat, find_workspace
from bot.sandbox.control.desk import Desk, Json, Routes, flag, read_body, text
from bot.sandbox.delivery.parcel import Answer, Parcel
from bot.sandbox.delivery.replies import Occasion
from bot.sandbox.model.dialogs.modals import Modal
from bot.sandbox.model.ids import new_id
from bot.sandbox.model.people import Person, Workspace
from bot.sandbox.webapi.methods.dialogs.views import view_wire


async def shortcut(desk: Desk, request: web.Request) -> web.Response:
    """A global shortcut, or with `ts` and `in` one on that message."""
    body = await read_body(request, {"workspace", "person", "callback_id", "ts", "in"})
    workspace, person = _actor(desk, body)
    kind = "message_action" if text(body, "ts") else "shortcut"
    payload = interaction(desk.world, workspace, person, kind)
    payload |= {"callback_id": text(body, "callback_id")}
    payload |= {"action_ts": desk.world.timestamps.next()}
    if kind == "message_action":
        seat = find_seat(desk.world, workspace.id, person.id, text(body, "in"))
        payload |= _about_message(desk, seat, text(body, "ts"))
    return _told(await _ask(desk, workspace, payload), trigger_id=payload["trigger_id"])


async def view(desk: Desk, request: web.Request) -> web.Response:
    """The person sends the modal with this callback_id, or closes it. If the app has opened none,
    one is made up: what the app does with the answer can be tried all the same."""
    body = await read_body(request, {"workspace", "person", "callback_id", "values", "closed"})
    workspace, person = _actor(desk, body)
    closed, callback_id = flag(body, "closed", False), text(body, "callback_id")
    values = body.get("values") or {}
    if not isinstance(values, dict):
        raise Refused("`values` must be an object: values by block_id and action_id.")
    stack = desk.world.modals.stack(workspace.id, person.id)
    modal = stack[-1] if stack and stack[-1].view.get("callback_id") == callback_id else None
    shown = view_wire(desk.world, workspace, modal or _made_up(callback_id))
    shown["state"] = {"values": values}
    kind = "view_closed" if closed else "view_submission"
    payload = interaction(desk.world, workspace, person, kind) | {"view": shown}
    if closed:
        payload["is_cleared"] = False
    else:
        payload["response_urls"] = []
    answer = await _ask(desk, workspace, payload)
    if modal is not None and answer.arrived:
        _after(desk, workspace, person, modal, answer.body, closed=closed)
    return _told(answer)


async def options(desk: Desk, request: web.Request) -> web.Response:
    """The person types into a menu whose options the app knows; what the app answered."""
    known = {"workspace", "person", "action_id", "block_id", "value", "ts", "in"}
    body = await read_body(request, known)
    workspace, person = _actor(desk, body)
    payload = interaction(desk.world, workspace, person, "block_suggestion") | {
        "action_id": text(body, "action_id"),
        "block_id": text(body, "block_id") or new_id("b"),
        "value": text(body, "value"),
    }
    del payload["trigger_id"]
    if text(body, "ts"):
        seat = find_seat(desk.world, workspace.id, person.id, text(body, "in"))
        about = _about_message(desk, seat, text(body, "ts"))
        where = {"message_ts": about["message_ts"], "channel_id": seat.channel.id}
        payload |= {"container": {"type": "message"} | where, "channel": about["channel"]}
    return _told(await _ask(desk, workspace, payload))


def _actor(desk: Desk, body: Json) -> tuple[Workspace, Person]:
    workspace = find_workspace(desk.world, text(body, "workspace"))
    if not desk.world.serves(workspace):
        raise Refused(f"The app is not in {workspace.name}.")
    return workspace, find_person(workspace, text(body, "person"))


def _about_message(desk: Desk, seat: Seat, ts: str) -> Json:
    message = seat.channel.public(ts)
    if message is None:
        raise Refused(f"There is no message {ts} in {seat.channel.label}.", 404)
    occasion = Occasion(workspace=seat.workspace, channel=seat.channel, person=seat.person)
    name = "directmessage" if seat.channel.kind == "im" else seat.channel.name
    return {
        "message": message.to_wire(),
        "message_ts": ts,
        "channel": {"id": seat.channel.id, "name": name},
        "response_url": desk.replies.issue(occasion, "actions"),
    }


def _made_up(callback_id: str) -> Modal:
    title = {"type": "plain_text", "text": "Made up"}
    shape: Json = {"type": "modal", "title": title, "blocks": [], "callback_id": callback_id}
    id_ = new_id("V")
    return Modal(id=id_, view=shape, hash="", root_id=id_)


def _after(
    desk: Desk, workspace: Workspace, person: Person, modal: Modal, answer: object, *, closed: bool
) -> None:
    """What becomes of the modal: errors keep it open, an update changes it, else it closes."""
    said = answer if isinstance(answer, dict) and not closed else {}
    action, changed = said.get("response_action"), said.get("view")
    if action == "errors":
        return
    if action == "update" and isinstance(changed, dict):
        modal.view = changed
    elif action == "push" and isinstance(changed, dict):
        desk.world.modals.push(workspace.id, person.id, changed)
    else:
        desk.world.modals.close(workspace.id, person.id, top_only=action != "clear")


async def _ask(desk: Desk, workspace: Workspace, payload: dict[str, object]) -> Answer:
    parcel = Parcel(kind="interactivity", payload=payload, workspace=workspace.name)
    return await desk.courier.ask(parcel)


def _told(answer: Answer, **more: object) -> web.Response:
    return web.json_response({"status": answer.outcome, "answer": answer.body} | more)


ROUTES: Routes = {
    ("POST", "/sandbox/shortcut"): shortcut,
    ("POST", "/sandbox/view"): view,
    ("POST", "/sandbox/options"): options,
}
