"""The form that makes or changes an agent, and what a person has typed into it.

The blocks bear the names of a profile's fields, so that words about a field stand beside it.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from core.agents import checking
from core.agents.checking import tidy
from core.agents.profile import NEW
from handlers.blocks.agents.buttons import DEFINE_FORM, Json, option, plain
from handlers.blocks.agents.lists import WHERE, WHO
from handlers.blocks.rendered import section

ACTION = "value"
MODELS = {"": "As it comes", "fast": "Fast", "strong": "Strong", "cheap": "Cheap"}
NO_TOOL = "-"
_LINES = ("topics", "examples")
_CHOICES = {
    "reach": set(WHERE),
    "open_to": set(WHO),
    "preference": {"fast", "strong", "cheap"},
}


def agent_form(
    body: Mapping[str, Any],
    *,
    key: str | None,
    version: int,
    tools: Sequence[str] = (),
    always_asking: Collection[str] = (),
    banner: str = "",
) -> Json:
    """The form, filled with *body*; *banner* says above it why it is shown again. *tools*: the names
    of all there are; *always_asking*: of those that nothing spares a click."""
    named = body["tools"] or []
    policies: Mapping[str, str] = body["policies"]
    every_tool = sorted({*tools, *named, *policies})[:100]
    blocks = [section(banner)] if banner else []
    blocks += _texts(body)
    if every_tool:
        blocks += _tools(every_tool, named, policies, always_asking)
    blocks += [
        _select("reach", "Looks into", WHERE, body["reach"]),
        _select("preference", "Model", MODELS, body["preference"] or ""),
        _select("open_to", "Who may ask it", WHO, body["open_to"]),
        _persons(body["persons"]),
    ]
    return {
        "type": "modal",
        "callback_id": DEFINE_FORM,
        "title": plain("Edit agent" if key else "New agent", 24),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "private_metadata": json.dumps({"key": key, "version": version}),
        "blocks": blocks,
    }


def read_form(view: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, by field; a field that the form did not show is not there. Slack has signed
    it, and yet nothing in it need be what the form asked for."""
    values = _object(_object(view.get("state")).get("values"))
    shown = {block: _object(_object(field).get(ACTION)) for block, field in values.items()}
    body: dict[str, Any] = {}
    for field in ("name", "icon_emoji", "role", "description"):
        if field in shown:
            body[field] = _text(shown[field]).strip()
    if "instructions" in shown:
        body["instructions"] = tidy(_text(shown["instructions"]))
    for field in ("also", *_LINES):
        if field in shown:
            body[field] = _items(_text(shown[field]), r"\n" if field in _LINES else r"[\n,;]")
    for field in ("reach", "open_to", "preference"):
        if field in shown:
            chosen = _text(_object(shown[field].get("selected_option")))
            body[field] = chosen if chosen in _CHOICES[field] else NEW[field]
    if "persons" in shown:
        persons = shown["persons"].get("selected_users")
        body["persons"] = [str(one) for one in persons] if isinstance(persons, list) else []
    if "tools" in shown:
        body["tools"] = _several(shown["tools"]) or None
        # What stands in two lists is held to the stricter one.
        body["policies"] = {
            tool: policy
            for policy in ("allow", "ask", "never")
            for tool in _several(_object(shown.get(policy)))
        }
    return body


def _texts(body: Mapping[str, Any]) -> list[Json]:
    return [
        _input("name", "Name", body["name"], checking.LONGEST_NAME),
        _input(
            "icon_emoji", "Icon", body["icon_emoji"], 62, hint="An emoji's name, as in :compass:"
        ),
        _input("role", "Role", body["role"], checking.LONGEST_ROLE, hint="People call it so, too."),
        _input("description", "What it does", body["description"], checking.LONGEST_DESCRIPTION),
        _input(
            "instructions",
            "Instructions",
            body["instructions"],
            checking.LONGEST_INSTRUCTIONS,
            lines=True,
            hint="Its voice, what it does, and what it leaves to others.",
        ),
        _input(
            "also",
            "Also answers to",
            ", ".join(body["also"]),
            optional=True,
            hint="Other words for it, with commas between them.",
        ),
        _input(
            "topics",
            "Topics",
            "\n".join(body["topics"]),
            lines=True,
            optional=True,
            hint="One a line. A question with one of these words reaches it without its name.",
        ),
        _input(
            "examples",
            "Example questions",
            "\n".join(body["examples"]),
            lines=True,
            optional=True,
            hint="One a line.",
        ),
    ]


def _input(
    field: str,
    label: str,
    value: str,
    most: int = 3_000,
    *,
    lines: bool = False,
    optional: bool = False,
    hint: str = "",
) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": ACTION, "max_length": most}
    element |= {"multiline": True} if lines else {}
    # More than Slack takes is never typed; it may stand in a profile from elsewhere.
    element |= {"initial_value": value[:most]} if value else {}
    return _block(field, label, element, optional=optional, hint=hint)


def _select(field: str, label: str, choices: Mapping[str, str], chosen: str) -> Json:
    options = {
        value or "-": option(_capital(words), value or "-") for value, words in choices.items()
    }
    element = {
        "type": "static_select",
        "action_id": ACTION,
        "options": list(options.values()),
        "initial_option": options[chosen or "-"],
    }
    return _block(field, label, element)


def _tools(
    names: Sequence[str],
    given: Sequence[str],
    policies: Mapping[str, str],
    always_asking: Collection[str],
) -> list[Json]:
    def several(field: str, label: str, chosen: Sequence[str], hint: str) -> Json:
        without = always_asking if field == "allow" else ()
        offered = [name for name in names if name not in without] or [NO_TOOL]
        element: Json = {
            "type": "multi_static_select",
            "action_id": ACTION,
            "options": [option(name, name) for name in offered],
        }
        if picked := [option(name, name) for name in offered if name in chosen]:
            element["initial_options"] = picked
        return _block(field, label, element, optional=True, hint=hint)

    def held(policy: str) -> list[str]:
        return [name for name, chosen in policies.items() if chosen == policy]

    return [
        several("tools", "Tools it may use", given, "None picked: whatever the company allows."),
        several("ask", "Asks before it uses", held("ask"), "Somebody has to agree each time."),
        several("allow", "Uses without asking", held("allow"), "If the company allows it."),
        several("never", "Never uses", held("never"), "Whatever the company allows."),
    ]


def _persons(persons: Sequence[str]) -> Json:
    element: Json = {"type": "multi_users_select", "action_id": ACTION}
    element |= {"initial_users": list(persons)} if persons else {}
    hint = "Only if “some persons” is picked above."
    return _block("persons", "Persons", element, optional=True, hint=hint)


def _block(
    field: str, label: str, element: Json, *, optional: bool = False, hint: str = ""
) -> Json:
    block: Json = {"type": "input", "block_id": field, "label": plain(label), "element": element}
    block |= {"optional": True} if optional else {}
    return block | ({"hint": plain(hint, 150)} if hint else {})


def _items(text: str, between: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (tidy(item) for item in re.split(between, text)))))


def _several(field: Json) -> list[str]:
    picked = field.get("selected_options")
    names = [_text(_object(one)) for one in picked] if isinstance(picked, list) else []
    return [name for name in names if name != NO_TOOL]


def _text(field: Json) -> str:
    value = field.get("value")
    return value if isinstance(value, str) else ""


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
