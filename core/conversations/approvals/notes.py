"""What a person is told of calls that had no yes. Pure.

A note that is not about all that they were asked names what it is about.
"""

from collections.abc import Iterable, Sequence

from core.gateway.tools.steps import ToolStep

EXPIRED_NOTE = "_Nobody said yes in time, so it was not done. Ask me again if you still want it._"
ALL_EXPIRED_NOTE = (
    "_Nobody said yes in time, so nothing of this was done. Ask me again if you still want it._"
)
SOME_EXPIRED_NOTE = (
    "Nobody said yes in time to {named}, so that was not done. Ask me again if you still want it."
)
DECLINED_NOTE = "_Somebody said no, so I stop here._"
SOME_DECLINED_NOTE = "Somebody said no to {named}, so I stop here."
STOPPING_NOTE = "_I stop here: not all of this had its yes._"

MOST_NAMED = 3
LONGEST_NAME = 80  # characters
_MARKS = dict.fromkeys(map(ord, "*_~`[]<>|"))


def expired_note(steps: Iterable[ToolStep]) -> str:
    """Markdown; empty where the time of none of those that were asked about last has run out."""
    asked = _asked_last(steps)
    expired = [step for step in asked if step.state == "expired"]
    if not expired:
        return ""
    if len(expired) < len(asked):
        return SOME_EXPIRED_NOTE.format(named=_named(expired))
    return EXPIRED_NOTE if len(asked) == 1 else ALL_EXPIRED_NOTE


def is_settled_otherwise(steps: Iterable[ToolStep]) -> bool:
    """Whether people have answered some of those that were asked about last: from a yes or a no of
    theirs the turn goes on, whatever became of the others."""
    return any(step.state != "expired" for step in _asked_last(steps))


def ending_note(steps: Iterable[ToolStep]) -> str:
    """Why nothing more is begun in this turn; empty where people have said yes to everything."""
    asked = _asked_last(steps)
    declined = [step for step in asked if step.state == "declined"]
    if declined and len(declined) < len(asked):
        return SOME_DECLINED_NOTE.format(named=_named(declined))
    if declined:
        return DECLINED_NOTE
    return STOPPING_NOTE if any(step.had_nobody for step in asked) else ""


def _asked_last(steps: Iterable[ToolStep]) -> list[ToolStep]:
    """The calls of the last round in which people were asked."""
    asked = [step for step in steps if step.was_asked]
    last = max((step.round for step in asked), default=-1)
    return [step for step in asked if step.round == last]


def _named(steps: Sequence[ToolStep]) -> str:
    names = [f"“{_name(step)}”" for step in steps[:MOST_NAMED]]
    more = [f"{len(steps) - MOST_NAMED} more"] if len(steps) > MOST_NAMED else []
    *others, last = [*names, *more]
    return f"{', '.join(others)} and {last}" if others else last


def _name(step: ToolStep) -> str:
    """The first line of its card, as plain words."""
    line = step.shown.strip().partition("\n")[0]
    words = " ".join(line.translate(_MARKS).split()).rstrip(":") or step.name
    return words if len(words) <= LONGEST_NAME else words[: LONGEST_NAME - 1] + "…"
