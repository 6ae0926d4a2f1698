"""views.open, views.push and views.update."""

from bot.sandbox.model.dialogs.modals import MOST_PUSHED, Modal, new_hash
from bot.sandbox.model.dialogs.triggers import BadTrigger
from bot.sandbox.model.people import Workspace
from bot.sandbox.model.world import World
from bot.sandbox.webapi.blockkit import with_ids
from bot.sandbox.webapi.blockkit.views import is_too_large, problems_of_view
from bot.sandbox.webapi.call import Call, Handler, Json, SlackError


def open_view(call: Call) -> Json:
    """Show a modal to whoever did what the trigger is for."""
    view = _view(call)
    person_id = _person(call)
    modal = call.world.modals.open(call.workspace.id, person_id, view)
    return {"view": view_wire(call.world, call.workspace, modal)}


def push_view(call: Call) -> Json:
    """Show one more on top of the modal that is open."""
    view = _view(call)
    person_id = _person(call)
    stack = call.world.modals.stack(call.workspace.id, person_id)
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= MOST_PUSHED:
        raise SlackError("push_limit_reached")
    modal = call.world.modals.push(call.workspace.id, person_id, view)
    return {"view": view_wire(call.world, call.workspace, modal)}


def update_view(call: Call) -> Json:
    """Replace what an open modal shows, unless it changed meanwhile."""
    id_, external_id = call.text("view_id"), call.text("external_id")
    modal = call.world.modals.find(call.workspace.id, id_=id_, external_id=external_id)
    if modal is None:
        raise SlackError("not_found")
    view = _view(call, besides=modal)
    if call.text("hash") and call.text("hash") != modal.hash:
        raise SlackError("hash_conflict")
    modal.view, modal.hash = view, new_hash()
    return {"view": view_wire(call.world, call.workspace, modal)}


def view_wire(world: World, workspace: Workspace, modal: Modal) -> Json:
    """The view object."""
    usual: Json = {"submit": None, "close": None, "callback_id": "", "external_id": ""}
    usual |= {"private_metadata": "", "clear_on_close": False, "notify_on_close": False}
    return {
        **usual,
        **modal.view,
        "id": modal.id,
        "team_id": workspace.id,
        "app_id": world.app.id,
        "app_installed_team_id": workspace.id,
        "bot_id": workspace.bot_id,
        "hash": modal.hash,
        "root_view_id": modal.root_id,
        "previous_view_id": modal.previous_id,
        "state": {"values": {}},
    }


def _view(call: Call, besides: Modal | None = None) -> Json:
    view: Json = call.arguments["view"]
    if is_too_large(view):
        raise SlackError("view_too_large")
    if wrong := problems_of_view(view):
        raise SlackError("invalid_arguments", *wrong)
    external_id = str(view.get("external_id") or "")
    same = call.world.modals.find(call.workspace.id, external_id=external_id)
    if external_id and same is not None and same is not besides:
        raise SlackError("duplicate_external_id")
    return view | {"blocks": with_ids(view["blocks"])}


def _person(call: Call) -> str:
    try:
        return call.world.triggers.exchange(call.text("trigger_id"), call.workspace.id)
    except BadTrigger as bad:
        raise SlackError(str(bad)) from None


HANDLERS: dict[str, Handler] = {
    "views.open": open_view,
    "views.push": push_view,
    "views.update": update_view,
}
