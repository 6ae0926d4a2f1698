"""The form that says what the company asks of all its agents."""

import json
from collections.abc import Mapping
from typing import Any

from core.agents.checking import LONGEST_COMPANY, tidy
from handlers.blocks.agents.buttons import INSTRUCT_FORM, Json, plain
from handlers.blocks.rendered import section

FIELD, ACTION = "instructions", "value"
HINT = "Every agent reads this with each question. Empty: nothing."


def company_form(text: str, *, version: int, banner: str = "") -> Json:
    """The form, filled with *text*; *version* is the one it stands in."""
    element: Json = {"type": "plain_text_input", "action_id": ACTION, "multiline": True}
    element |= {"max_length": LONGEST_COMPANY}
    element |= {"initial_value": text[:LONGEST_COMPANY]} if text else {}
    block: Json = {"type": "input", "block_id": FIELD, "label": plain("For all agents")}
    block |= {"element": element, "optional": True, "hint": plain(HINT, 150)}
    return {
        "type": "modal",
        "callback_id": INSTRUCT_FORM,
        "title": plain("Company instructions", 24),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "private_metadata": json.dumps({"version": version}),
        "blocks": [*([section(banner)] if banner else []), block],
    }


def read_company_form(view: Mapping[str, Any]) -> str:
    """What was typed."""
    found: Any = view
    for name in ("state", "values", FIELD, ACTION, "value"):
        found = found.get(name) if isinstance(found, dict) else None
    return tidy(found) if isinstance(found, str) else ""
