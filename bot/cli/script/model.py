"""A script: YAML steps, each by one person in one place. Read whole and checked before it runs.

    - workspace: northwind
      person: ana
      in: dm
      say: How many weeks of parental leave do we get?
    - workspace: northwind
      person: ana
      in: dm
      thread: last
      say: And how long before do I have to say so?

`workspace`, `person` and `in` are kept from the step before when left out. What is done to the
sandbox itself has its details with it:

    - install: {workspace: lumen, person: iris}
    - faults: {duplicates: 2}

What a person does at Home, in a modal and with a shortcut is in `window_steps`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.cli.script.window_steps import WINDOW_ACTIONS, WindowError, window_details

ACTIONS = ("say", "command", "click", "upload", "stop", "wait")
# Each with the details it must have and those it may have; those of `faults` are the switches.
OPERATIONS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "install": (frozenset({"person"}), frozenset({"workspace", "organization", "cancel"})),
    "uninstall": (frozenset({"workspace"}), frozenset({"first", "gap_s"})),
    "expire_token": (frozenset({"workspace"}), frozenset()),
    "revoke_token": (frozenset({"workspace"}), frozenset()),
    "renewed": (frozenset({"workspace"}), frozenset()),
    "load": (
        frozenset({"workspace", "persons", "ask", "questions", "expires_after"}),
        frozenset(),
    ),
    "grant": (frozenset({"organization", "workspace", "granted"}), frozenset()),
    "change": (
        frozenset({"workspace", "person"}),
        frozenset({"kind", "deleted", "real_name", "display_name", "email"}),
    ),
    "bot": (frozenset({"workspace", "in", "text"}), frozenset({"thread"})),
    "faults": (frozenset(), frozenset()),
}
_PLACE = ("workspace", "person", "in")
_OTHER = ("thread", "comment", "answer", "within", "value", "refused")
DEFAULT_WITHIN_S = 90.0


class ScriptError(Exception):
    """The script is wrong, or what it waits for did not come; the message names the step."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one person does. *argument* is the words, the path, the button or the awaited text;
    *details* are what an operation on the sandbox itself is done with."""

    number: int
    action: str
    argument: str
    workspace: str
    person: str
    place: str
    thread: str | None = None
    comment: str = ""
    expects_answer: bool = True
    within_s: float = DEFAULT_WITHIN_S
    details: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"step {self.number} ({self.action}: {self.argument[:60]})"


@dataclass(frozen=True, slots=True)
class Script:
    folder: Path
    steps: tuple[Step, ...]


def read_script(path: Path) -> Script:
    """Raises ScriptError, naming the step and what is wrong with it."""
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScriptError(f"is not YAML: {error}") from None
    if not isinstance(found, list) or not found:
        raise ScriptError("must be a list of steps")
    steps: list[Step] = []
    place: dict[str, str] = {}
    for number, entry in enumerate(found, 1):
        if not isinstance(entry, dict):
            raise ScriptError(f"step {number}: must be a mapping such as `say: Hello`")
        place |= {name: str(entry[name]) for name in _PLACE if name in entry}
        steps.append(_read_step(number, entry, place))
    folder = path.resolve().parent
    _check_files(folder, steps)
    return Script(folder, tuple(steps))


def _read_step(number: int, entry: dict[Any, Any], place: dict[str, str]) -> Step:
    action = _action_of(number, entry)
    within_s = _seconds(number, entry.get("within", DEFAULT_WITHIN_S))
    if action in OPERATIONS:
        details = _details(number, action, entry[action])
        words = ", ".join(f"{name}: {value}" for name, value in details.items())
        workspace, person = str(details.get("workspace", "")), str(details.get("person", ""))
        return Step(
            number, action, words, workspace, person, "", within_s=within_s, details=details
        )
    if action in WINDOW_ACTIONS:
        return _window_step(number, action, entry, place)
    missing = [name for name in _PLACE if not place.get(name)]
    if missing:
        raise ScriptError(f"step {number}: says no {' and no '.join(missing)}")
    argument, thread = entry[action], entry.get("thread")
    if argument is None and action != "stop":
        raise ScriptError(f"step {number}: `{action}` is empty")
    return Step(
        number=number,
        action=action,
        argument="" if argument in (None, True) else str(argument),
        workspace=place["workspace"],
        person=place["person"],
        place=place["in"],
        thread=None if thread in (None, False) else "last" if thread is True else str(thread),
        comment=str(entry.get("comment", "")),
        expects_answer=bool(entry.get("answer", True)),
        within_s=within_s,
    )


def _window_step(number: int, action: str, entry: dict[Any, Any], place: dict[str, str]) -> Step:
    """At Home and in a modal one is in no conversation; only a shortcut is used on a message."""
    needed = _PLACE if action == "shortcut" else _PLACE[:2]
    if missing := [name for name in needed if not place.get(name)]:
        raise ScriptError(f"step {number}: says no {' and no '.join(missing)}")
    try:
        argument, details = window_details(action, entry)
    except WindowError as error:
        raise ScriptError(f"step {number}: {error}") from None
    return Step(
        number=number,
        action=action,
        argument=argument,
        workspace=place["workspace"],
        person=place["person"],
        place=place.get("in", ""),
        expects_answer=bool(entry.get("answer", True)),
        within_s=_seconds(number, entry.get("within", DEFAULT_WITHIN_S)),
        details=details,
    )


def _action_of(number: int, entry: dict[Any, Any]) -> str:
    known = (*ACTIONS, *WINDOW_ACTIONS, *OPERATIONS)
    unknown = set(map(str, entry)) - {*known, *_PLACE, *_OTHER}
    if unknown:
        raise ScriptError(f"step {number}: does not know {', '.join(sorted(unknown))}")
    actions = [name for name in known if name in entry]
    if len(actions) != 1:
        raise ScriptError(f"step {number}: needs exactly one of {', '.join(known)}")
    return actions[0]


def _details(number: int, action: str, given: object) -> dict[str, Any]:
    if not isinstance(given, dict) or not given:
        raise ScriptError(f"step {number}: `{action}` needs details, as in {{workspace: lumen}}")
    details = {str(name): value for name, value in given.items()}
    required, optional = OPERATIONS[action]
    if action != "faults" and (unknown := set(details) - required - optional):
        raise ScriptError(f"step {number}: `{action}` does not know {', '.join(sorted(unknown))}")
    if missing := required - set(details):
        raise ScriptError(f"step {number}: `{action}` says no {', '.join(sorted(missing))}")
    if action == "install" and not {"workspace", "organization"} & set(details):
        raise ScriptError(f"step {number}: `install` says no workspace and no organization")
    return details


def _seconds(number: int, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ScriptError(f"step {number}: `within` must be a number of seconds above 0")
    return float(value)


def _check_files(folder: Path, steps: list[Step]) -> None:
    for step in steps:
        if step.action == "upload" and not (folder / step.argument).is_file():
            raise ScriptError(f"{step}: there is no such file")
