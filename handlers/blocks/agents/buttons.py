"""The ids of what can be pressed or sent about agents, and the elements that carry them."""

from typing import Any

Json = dict[str, Any]

NEW = "agents.new"
EDIT = "agents.edit"
VERSIONS = "agents.versions"
RESTORE = "agents.restore"
SWITCH = "agents.switch"  # .on and .off: a message may hold both
INSTRUCT = "agents.instruct"
DEFAULT = "agents.default"

# The forms, as Slack names what was sent.
DEFINE_FORM = "agents.define_form"
INSTRUCT_FORM = "agents.instruct_form"


def plain(text: str, most: int = 75) -> Json:
    return {"type": "plain_text", "text": text[:most], "emoji": True}


def button(text: str, action_id: str, value: str = "") -> Json:
    pressed = {"type": "button", "text": plain(text), "action_id": action_id}
    return pressed | ({"value": value} if value else {})


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def option(text: str, value: str) -> Json:
    return {"text": plain(text), "value": value}
