"""The form that corrects what is kept."""

import json
from collections.abc import Mapping
from typing import Any

from core.memory.model import LONGEST, Memory
from handlers.blocks.agents.buttons import Json, plain
from handlers.blocks.memory.listing import about_words

CORRECT_FORM = "memory.correct_form"
FIELD, ACTION = "body", "value"


def correct_form(memory: Memory) -> Json:
    """The form, filled with what is kept."""
    element: Json = {"type": "plain_text_input", "action_id": ACTION, "multiline": True}
    element |= {"max_length": LONGEST, "initial_value": memory.body[:LONGEST]}
    block: Json = {"type": "input", "block_id": FIELD, "label": plain(about_words(memory))}
    return {
        "type": "modal",
        "callback_id": CORRECT_FORM,
        "title": plain("Correct what is kept", 24),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "private_metadata": json.dumps({"memory": memory.memory_id}),
        "blocks": [block | {"element": element}],
    }


def read_correct_form(view: Mapping[str, Any]) -> str:
    """What was typed."""
    found: Any = view
    for name in ("state", "values", FIELD, ACTION, "value"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def memory_of(view: Mapping[str, Any]) -> str:
    """The id of what the form was opened on; empty when it does not say."""
    try:
        about = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return ""
    return str(about.get("memory") or "") if isinstance(about, dict) else ""
