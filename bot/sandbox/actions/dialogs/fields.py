"""The fields of a view: what a person enters becomes Slack's `state.values`.

A person enters words, the value (or the words) of an option, a person's name or id, a channel, a date; lists
of them where several may be picked; an option of an external menu as `{text, value}`.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from bot.sandbox.actions.seat import Refused, find_person
from bot.sandbox.model.people import Workspace

Json = dict[str, Any]

REQUIRED = "Please complete this required field."
# By the type of an element: where its value stands, in a view's state and in an action.
SLOTS: Mapping[str, str] = {
    "plain_text_input": "value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
}


def elements_of(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Each block with each of its elements that a person can use."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
        for element in inside:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def state_of(workspace: Workspace, blocks: list[Json], typed: Mapping[str, Any]) -> Json:
    """The state: what was entered, by block (its id, or the label of an input), else what a field
    began with.

    Raises:
        Refused: there is no such field, or it cannot hold that.
    """
    values: Json = {}
    left = dict(typed)
    for block, element in elements_of(blocks):
        if element["type"] in SLOTS:
            given = _given(block, element, left)
            held = begun(element) if given is _NOTHING else pick(workspace, element, given)
            values.setdefault(block["block_id"], {})[element["action_id"]] = held
    used = {name for block in blocks for name in _names(block)}
    if unknown := set(left) - used:
        known = ", ".join(str(_names(b)[-1]) for b in blocks if b["block_id"] in values)
        raise Refused(f"There is no field {', '.join(sorted(unknown))}. There are: {known}.")
    return values


def problems_of(blocks: list[Json], values: Json) -> dict[str, str]:
    """What a Slack client says beside a field and does not send, by block."""
    found = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            held = values[block["block_id"]][element["action_id"]][SLOTS[element["type"]]]
            if words := _problem(element, held, optional=bool(block.get("optional"))):
                found[block["block_id"]] = words
    return found


def pick(workspace: Workspace, element: Json, given: Any) -> Json:
    """What is entered into this field, as Slack tells the app of it. Raises Refused."""
    kind = element["type"]
    slot = SLOTS[kind]
    read, empty = _READERS[slot.removesuffix("s")], given in (None, "")
    if slot.endswith("s"):
        several = given if isinstance(given, list) else [] if empty else [given]
        return {"type": kind, slot: [read(workspace, element, each) for each in several]}
    return {"type": kind, slot: None if empty else read(workspace, element, given)}


def begun(element: Json) -> Json:
    """What stands in a field before anybody has touched it."""
    kind = element["type"]
    slot = SLOTS[kind]
    initial = "initial_" + slot.removeprefix("selected_")
    return {"type": kind, slot: element.get(initial, [] if slot.endswith("s") else None)}


_NOTHING = object()


def _names(block: Json) -> list[str]:
    label = (block.get("label") or {}).get("text")
    return [block["block_id"], *([label] if label else [])]


def _given(block: Json, element: Json, typed: Mapping[str, Any]) -> Any:
    found: Any = next((typed[name] for name in _names(block) if name in typed), _NOTHING)
    if isinstance(found, dict) and (
        block["type"] != "input" or set(found) == {element["action_id"]}
    ):
        return found.get(element["action_id"], _NOTHING)
    return found


def _problem(element: Json, held: Any, *, optional: bool) -> str:
    if not held:
        return "" if optional else REQUIRED
    if element["type"] != "plain_text_input":
        return ""
    least, most = element.get("min_length", 0), element.get("max_length", len(held))
    if len(held) < least:
        return f"This needs at least {least:,} characters."
    return f"This can have at most {most:,} characters." if len(held) > most else ""


def _option(workspace: Workspace, element: Json, given: Any) -> Json:
    if isinstance(given, dict):
        given = given if element["type"] == "external_select" else given.get("value")
    if isinstance(given, dict):
        words = {"type": "plain_text", "text": str(given.get("text") or given.get("value"))}
        return {"text": words, "value": str(given.get("value"))}
    options: list[Json] = element.get("options", [])
    for option in options:
        if str(given) in (option["value"], option["text"]["text"]):
            return option
    names = ", ".join(option["text"]["text"] for option in options)
    raise Refused(f"There is no option “{given}”. There are: {names}.")


def _user(workspace: Workspace, element: Json, given: Any) -> str:
    return find_person(workspace, str(given)).id


def _conversation(workspace: Workspace, element: Json, given: Any) -> str:
    channel = workspace.find_channel(str(given))
    if channel is None or channel.kind == "im":
        raise Refused(f"There is no channel “{given}”.")
    return channel.id


def _date(workspace: Workspace, element: Json, given: Any) -> str:
    try:
        return date.fromisoformat(str(given)).isoformat()
    except ValueError:
        raise Refused(f"“{given}” is no date such as 2026-11-28.") from None


def _words(workspace: Workspace, element: Json, given: Any) -> str:
    return str(given)


_READERS: Mapping[str, Callable[[Workspace, Json, Any], Any]] = {
    "value": _words,
    "selected_date": _date,
    "selected_option": _option,
    "selected_user": _user,
    "selected_conversation": _conversation,
}
