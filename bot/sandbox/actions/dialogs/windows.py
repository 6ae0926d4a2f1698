"""A person at Home or in a modal: presses, sends, closes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.actions.dialogs.elements import find_action, made_up
from bot.sandbox.actions.dialogs.fields import problems_of, state_of
from bot.sandbox.actions.interaction import interaction
from bot.sandbox.actions.seat import Refused
from bot.sandbox.delivery.courier import Courier
from bot.sandbox.delivery.parcel import Answer, Json, Parcel
from bot.sandbox.model.dialogs.modals import MOST_PUSHED
from bot.sandbox.model.dialogs.view import View, new_hash, view_wire
from bot.sandbox.model.people import Person, Workspace
from bot.sandbox.model.world import World
from bot.sandbox.webapi.blockkit import with_ids
from bot.sandbox.webapi.blockkit.views import problems_of_view

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True)
class Glass:
    """A person before a view of the app."""

    world: World
    courier: Courier
    workspace: Workspace
    person: Person

    def find(self, view_id: str = "") -> View:
        """The view with this id that the person has before them; without one the modal on top,
        else Home. Raises Refused."""
        ids = (self.workspace.id, self.person.id)
        home, stack = self.world.homes.find(*ids), self.world.modals.stack(*ids)
        shown = [*reversed(stack), *([home] if home else [])]
        if not view_id and shown:
            return shown[0]
        for view in shown:
            if view.id == view_id:
                return view
        raise Refused("Nothing like that is open.", 404)

    def find_modal(self, view_id: str = "") -> View:
        """The same, and a modal. Raises Refused."""
        found = self.find(view_id)
        if found.view["type"] != "modal":
            raise Refused("No modal is open.", 404)
        return found

    def state(self, shown: View, typed: Mapping[str, Any]) -> Json:
        """What stands in the fields. Raises Refused."""
        return state_of(self.workspace, shown.view["blocks"], typed)

    async def ask(self, kind: str, shown: View, values: Json, **more: Any) -> Answer:
        """Tell the app, and return what it answers."""
        payload = interaction(self.world, self.workspace, self.person, kind)
        wire = view_wire(self.world.app, self.workspace, shown, values)
        return await self.courier.ask(
            Parcel(
                kind="interactivity",
                payload=payload | {"view": wire} | more,
                workspace=self.workspace.name,
            )
        )

    def changed(self) -> None:
        """The person sees other modals than before."""
        self.world.show_view(self.workspace, self.person.id, "modal")


async def press(glass: Glass, shown: View, wanted: Json, typed: Mapping[str, Any]) -> Answer:
    """Press a button, or pick in a menu. Raises Refused."""
    action = find_action(glass.workspace, shown.view["blocks"], wanted) or made_up(wanted)
    if action is None:
        raise Refused("There is no such button or menu.", 404)
    action["action_ts"] = glass.world.timestamps.next()
    container = {"type": "view", "view_id": shown.id}
    values = glass.state(shown, typed)
    return await glass.ask("block_actions", shown, values, container=container, actions=[action])


@dataclass(frozen=True)
class Sent:
    """What came of sending a modal: *errors* stand beside the fields, *trouble* above them.
    Without an *answer* it was not sent."""

    answer: Answer | None = None
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""


async def submit(glass: Glass, modal: View, typed: Mapping[str, Any]) -> Sent:
    """Press the modal's submit button. Raises Refused."""
    if not modal.view.get("submit"):
        raise Refused("This modal has nothing to send.")
    values = glass.state(modal, typed)
    if problems := problems_of(modal.view["blocks"], values):
        return Sent(errors=problems)
    answer = await glass.ask("view_submission", modal, values, response_urls=[])
    if not answer.arrived:
        return Sent(answer, trouble=TROUBLE)
    return after_sent(glass, modal, answer)


def after_sent(glass: Glass, modal: View, answer: Answer) -> Sent:
    """What becomes of the modal: errors keep it open, an update changes it, else it closes."""
    said = answer.body if isinstance(answer.body, dict) else {}
    action, ids = said.get("response_action"), (glass.workspace.id, glass.person.id)
    if action == "errors":
        return _refused(modal, answer, said.get("errors"))
    if action in ("update", "push"):
        view, stack = said.get("view"), glass.world.modals.stack(*ids)
        if problems_of_view(view) or (action == "push" and len(stack) >= MOST_PUSHED):
            return Sent(answer, trouble=TROUBLE)
        assert isinstance(view, dict)
        view = view | {"blocks": with_ids(view["blocks"])}
        if action == "push":
            glass.world.modals.push(*ids, view)
        else:
            modal.view, modal.hash = view, new_hash()
    else:
        glass.world.modals.close(*ids, modal, all_=action == "clear")
    glass.changed()
    return Sent(answer)


def _refused(modal: View, answer: Answer, errors: object) -> Sent:
    """Words beside fields; of a field that is not there Slack shows no words at all."""
    known = {block.get("block_id") for block in modal.view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or set(errors) - known:
        return Sent(answer, trouble=TROUBLE)
    return Sent(answer, errors={str(block): str(words) for block, words in errors.items()})


async def close(glass: Glass, modal: View, *, all_: bool) -> list[Answer]:
    """Close this modal, or all of them; the app hears of those it wanted to hear of."""
    all_ = all_ or bool(modal.view.get("clear_on_close"))
    gone = glass.world.modals.close(glass.workspace.id, glass.person.id, modal, all_=all_)
    glass.changed()
    told = [view for view in reversed(gone) if view.view.get("notify_on_close")]
    asked = (glass.ask("view_closed", v, glass.state(v, {}), is_cleared=all_) for v in told)
    return list(await asyncio.gather(*asked))
