"""Steps of a script at Home, in a modal and with a shortcut.

    - open_home: true
    - press: Edit
      value: finance
    - submit: {name: Fina, Who may ask it: Admins and owners}
    - shortcut: Why this answer?

A button is named by its words or its action id, with `value` where there are several. Fields go by
block id or label; what is left out stays as it is. With `refused: true` a submission must meet
errors, without it must not.
"""

from collections.abc import Mapping
from typing import Any

WINDOW_ACTIONS = ("open_home", "press", "pick", "shortcut", "submit", "close")


class WindowError(Exception):
    """What is wrong with such a step."""


def window_details(action: str, entry: Mapping[Any, Any]) -> tuple[str, dict[str, Any]]:
    """The words of the step, and what it is done with. Raises WindowError."""
    given = entry[action]
    if "value" in entry and action != "press":
        raise WindowError("`value` goes with `press`")
    if "refused" in entry and action != "submit":
        raise WindowError("`refused` goes with `submit`")
    match action:
        case "open_home":
            return _plain(action, given, {True: ""}), {}
        case "close":
            return _plain(action, given, {True: "", "all": "all"}), {"all": given == "all"}
        case "submit":
            fields = {} if given in (True, None) else _mapping(action, given)
            refused = bool(entry.get("refused", False))
            return ", ".join(map(str, fields)), {"fields": fields, "refused": refused}
        case "pick":
            picked = _mapping(action, given)
            if len(picked) != 1:
                raise WindowError("`pick` is one menu with what is picked: {agents.default: Finn}")
            [(menu, option)] = picked.items()
            return f"{menu}: {option}", {"menu": menu, "option": option}
        case _:
            if given in (True, None, ""):
                raise WindowError(f"`{action}` is empty")
            value = entry.get("value")
            return str(given), {} if value is None else {"value": str(value)}


def _plain(action: str, given: object, known: Mapping[object, str]) -> str:
    if not isinstance(given, bool | str) or given not in known:
        raise WindowError(f"`{action}` is {' or '.join(str(one).lower() for one in known)}")
    return known[given]


def _mapping(action: str, given: object) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise WindowError(f"`{action}` needs a mapping, as in {{name: Zoe}}")
    return {str(name): value for name, value in given.items()}
