"""How long a call may wait for its slot: as a rule a good while, and a decoration not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST_WAIT = 20.0  # seconds; after that the work is postponed, and its worker free for others

_PATIENCE: ContextVar[float] = ContextVar("patience", default=LONGEST_WAIT)


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
