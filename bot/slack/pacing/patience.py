"""How long a call may wait for its slot: as a rule a good while, and a decoration not at all.

Slots are handed out ahead, in the order in which they are asked for. So who may wait longer gets one
where others get none: the last words of an answer wait the longer, the older its question is. Else,
past Slack's allowance, those that just came would have all slots, and who was told to come back none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST_WAIT = 20.0  # seconds; after that the work is postponed, and its worker free for others

# For the last words of an answer, however old: a worker waits, and holds one of its slots.
LONGEST_WAIT_OF_OLD = 60.0

_PATIENCE: ContextVar[float] = ContextVar("patience", default=LONGEST_WAIT)


_AGE: ContextVar[float] = ContextVar("age", default=0.0)


def patience() -> float:
    """Seconds the calls of this task may wait for a slot."""
    return _PATIENCE.get()


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Calls inside raise NotCarriedOut when no slot is free by then."""
    before = _PATIENCE.set(seconds)
    try:
        yield
    finally:
        _PATIENCE.reset(before)


def patience_of_age() -> float:
    """Seconds the last words of an answer may wait for a slot."""
    return min(LONGEST_WAIT + _AGE.get(), LONGEST_WAIT_OF_OLD)


@contextmanager
def work_of_age(seconds: float) -> Iterator[None]:
    """What is done inside was asked for so long ago."""
    before = _AGE.set(seconds)
    try:
        yield
    finally:
        _AGE.reset(before)
