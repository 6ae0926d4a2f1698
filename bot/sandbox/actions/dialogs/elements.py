"""Buttons and menus: which one a person means, and the action Slack makes of using it."""

from bot.sandbox.actions.dialogs.fields import SLOTS, elements_of, pick
from bot.sandbox.delivery.parcel import Json
from bot.sandbox.model.people import Workspace

_ASKED = ("action_id", "block_id", "text", "value")


def find_action(workspace: Workspace, blocks: list[Json], wanted: Json) -> Json | None:
    """The action Slack would send for the first button, or menu, that matches; `selected` is what
    is picked in a menu.

    Raises:
        Refused: the menu has no such option.
    """
    asked = {name: wanted[name] for name in _ASKED if wanted.get(name) is not None}
    for block, element in elements_of(blocks):
        for label, value in _choices(element):
            facts = {"action_id": element["action_id"], "block_id": block["block_id"]}
            facts |= {"text": label.get("text"), "value": value}
            if asked and all(facts[name] == asked[name] for name in asked):
                action = {"action_id": element["action_id"], "block_id": block["block_id"]}
                action |= {"type": element["type"], "text": label}
                return action | ({"value": value} if value else {})
        if element["type"] in SLOTS and _is_menu(element, block, asked, wanted):
            return _menu_action(workspace, block, element, wanted.get("selected"))
    return None


def made_up(wanted: Json) -> Json | None:
    """The action of a button that is not there: what the app does with it can be tried."""
    if wanted.get("action_id") is None or wanted.get("value") is None:
        return None
    text = {"type": "plain_text", "text": str(wanted.get("text") or "Made up")}
    action = {"action_id": wanted["action_id"], "block_id": wanted.get("block_id") or "made_up"}
    return action | {"type": "button", "text": text, "value": wanted["value"]}


def _choices(element: Json) -> list[tuple[Json, str]]:
    if element["type"] == "button":
        return [(element["text"], element.get("value", ""))]
    if element["type"] == "feedback_buttons":
        buttons = (element["positive_button"], element["negative_button"])
        return [(button["text"], button["value"]) for button in buttons]
    return []


def _is_menu(element: Json, block: Json, asked: Json, wanted: Json) -> bool:
    """A menu is named by its ids; without something picked nothing happens to it."""
    facts = {"action_id": element["action_id"], "block_id": block["block_id"]}
    named = bool(asked) and set(asked) <= set(facts)
    return named and "selected" in wanted and all(facts[name] == asked[name] for name in asked)


def _menu_action(workspace: Workspace, block: Json, element: Json, selected: object) -> Json:
    begun = {
        name: value
        for name, value in element.items()
        if name.startswith("initial_") or name == "placeholder"
    }
    named = {"action_id": element["action_id"], "block_id": block["block_id"]}
    return begun | named | pick(workspace, element, selected)
