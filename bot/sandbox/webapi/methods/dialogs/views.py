"""views.open, views.push, views.update and views.publish."""

from bot.sandbox.model.dialogs.modals import MOST_PUSHED
from bot.sandbox.model.dialogs.triggers import BadTrigger
from bot.sandbox.model.dialogs.view import View, new_hash, view_wire
from bot.sandbox.webapi.blockkit import with_ids
from bot.sandbox.webapi.blockkit.views import ViewKind, is_too_large, problems_of_view
from bot.sandbox.webapi.call import Call, Handler, Json, SlackError


def open_view(call: Call) -> Json:
    """Show a modal to whoever did what the trigger is for."""
    view = _view(call)
    person_id = _person(call)
    modal = call.world.modals.open(call.workspace.id, person_id, view)
    return _shown(call, person_id, modal)


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
    return _shown(call, person_id, modal)


def update_view(call: Call) -> Json:
    """Replace what an open modal, or a Home, shows, unless it changed meanwhile."""
    found = _find(call, id_=call.text("view_id"), external_id=call.text("external_id"))
    if found is None:
        raise SlackError("not_found")
    person_id, shown = found
    view = _view(call, "home" if shown.view["type"] == "home" else "modal", besides=shown)
    if call.text("hash") and call.text("hash") != shown.hash:
        raise SlackError("hash_conflict")
    shown.view, shown.hash = view, new_hash()
    return _shown(call, person_id, shown)


def publish_view(call: Call) -> Json:
    """Show this on a person's Home, unless it changed meanwhile."""
    person = call.workspace.persons.get(call.text("user_id"))
    if person is None:
        raise SlackError("invalid_arguments", "user_id: nobody here has it")
    before = call.world.homes.find(call.workspace.id, person.id)
    view = _view(call, "home", besides=before)
    if call.text("hash") and (before is None or call.text("hash") != before.hash):
        raise SlackError("hash_conflict")
    home = call.world.homes.publish(call.workspace.id, person.id, view)
    return _shown(call, person.id, home)


def _shown(call: Call, person_id: str, shown: View) -> Json:
    kind: ViewKind = "home" if shown.view["type"] == "home" else "modal"
    call.world.show_view(call.workspace, person_id, kind)
    return {"view": view_wire(call.world.app, call.workspace, shown)}


def _view(call: Call, kind: ViewKind = "modal", besides: View | None = None) -> Json:
    view: Json = call.arguments["view"]
    if is_too_large(view):
        raise SlackError("view_too_large")
    if wrong := problems_of_view(view, kind):
        raise SlackError("invalid_arguments", *wrong)
    external_id = str(view.get("external_id") or "")
    same = _find(call, external_id=external_id)
    if external_id and same is not None and same[1] is not besides:
        raise SlackError("duplicate_external_id")
    return view | {"blocks": with_ids(view["blocks"])}


def _find(call: Call, *, id_: str = "", external_id: str = "") -> tuple[str, View] | None:
    """Whose view it is, and the view: by its id, or by the id the app gave it."""
    world, where = call.world, call.workspace.id
    for person_id, shown in (*world.modals.all_in(where), *world.homes.all_in(where)):
        if id_ == shown.id or (external_id and external_id == shown.view.get("external_id")):
            return person_id, shown
    return None


def _person(call: Call) -> str:
    try:
        return call.world.triggers.exchange(call.text("trigger_id"), call.workspace.id)
    except BadTrigger as bad:
        raise SlackError(str(bad)) from None


HANDLERS: dict[str, Handler] = {
    "views.open": open_view,
    "views.publish": publish_view,
    "views.push": push_view,
    "views.update": update_view,
}
