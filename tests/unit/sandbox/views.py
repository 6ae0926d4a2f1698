"""Views for tests to show: a form with every field, a Home, a menu and buttons."""

from typing import Any

from tests.unit.sandbox.test_sandbox_dialogs import modal, words

Json = dict[str, Any]

FRUIT = [{"text": words("Red apple"), "value": "apple"}, {"text": words("Pear"), "value": "pear"}]
ELEMENTS: dict[str, Json] = {
    "name": {"type": "plain_text_input", "max_length": 5},
    "about": {"type": "plain_text_input", "multiline": True, "initial_value": "As it was"},
    "one": {"type": "static_select", "options": FRUIT, "initial_option": FRUIT[1]},
    "some": {"type": "multi_static_select", "options": FRUIT, "initial_options": FRUIT[:1]},
    "other": {"type": "external_select", "min_query_length": 1},
    "who": {"type": "users_select"},
    "them": {"type": "multi_users_select"},
    "ticked": {"type": "checkboxes", "options": FRUIT},
    "ring": {"type": "radio_buttons", "options": FRUIT},
    "day": {"type": "datepicker", "initial_date": "2026-11-28"},
}


def form(**more: Any) -> Json:
    blocks = [
        {
            "type": "input",
            "block_id": name,
            "label": words(name.capitalize()),
            "element": element | {"action_id": "value"},
            "optional": name != "name",
        }
        for name, element in ELEMENTS.items()
    ]
    return modal(blocks=blocks, **more)


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks), "private_metadata": "kept"}


def menu(**more: Any) -> Json:
    select = {"type": "static_select", "action_id": "fruit", "options": FRUIT}
    text = {"type": "mrkdwn", "text": "*Which?*"}
    return {"type": "section", "block_id": "ask", "text": text, "accessory": select | more}


def buttons(*values: str) -> Json:
    made = [
        {"type": "button", "action_id": f"go{n}", "text": words("Go"), "value": value}
        for n, value in enumerate(values)
    ]
    return {"type": "actions", "block_id": "row", "elements": made}
