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

`workspace`, `person` and `in` are kept from the step before when left out.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ACTIONS = ("say", "command", "click", "upload", "stop", "wait")
_PLACE = ("workspace", "person", "in")
_OTHER = ("thread", "comment", "answer", "within")
DEFAULT_WITHIN_S = 90.0


class ScriptError(Exception):
    """The script is wrong, or what it waits for did not come; the message names the step."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one person does. *argument* is the words, the path, the button or the awaited text."""

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
    unknown = set(map(str, entry)) - {*ACTIONS, *_PLACE, *_OTHER}
    if unknown:
        raise ScriptError(f"step {number}: does not know {', '.join(sorted(unknown))}")
    actions = [name for name in ACTIONS if name in entry]
    if len(actions) != 1:
        raise ScriptError(f"step {number}: needs exactly one of {', '.join(ACTIONS)}")
    missing = [name for name in _PLACE if not place.get(name)]
    if missing:
        raise ScriptError(f"step {number}: says no {' and no '.join(missing)}")
    argument, thread = entry[actions[0]], entry.get("thread")
    if argument is None and actions[0] != "stop":
        raise ScriptError(f"step {number}: `{actions[0]}` is empty")
    return Step(
        number=number,
        action=actions[0],
        argument="" if argument in (None, True) else str(argument),
        workspace=place["workspace"],
        person=place["person"],
        place=place["in"],
        thread=None if thread in (None, False) else "last" if thread is True else str(thread),
        comment=str(entry.get("comment", "")),
        expects_answer=bool(entry.get("answer", True)),
        within_s=_seconds(number, entry.get("within", DEFAULT_WITHIN_S)),
    )


def _seconds(number: int, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ScriptError(f"step {number}: `within` must be a number of seconds above 0")
    return float(value)


def _check_files(folder: Path, steps: list[Step]) -> None:
    for step in steps:
        if step.action == "upload" and not (folder / step.argument).is_file():
            raise ScriptError(f"{step}: there is no such file")
