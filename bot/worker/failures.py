"""What a failed try means: trouble around the event, which passes, or an event that is the trouble."""

import re
from collections.abc import Iterator

import asyncpg

from bot.slack.errors import CALL_ERRORS, is_passing
from core.kernel.errors import Disconnected, Postponed

# For so long after it came an event is not blamed for trouble around it.
PATIENCE_SECONDS = 3600.0
DISCONNECTED_SECONDS = 60.0
_SHORTEST_SECONDS, _LONGEST_SECONDS = 1.0, 10.0

_DATABASE_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
# asyncpg has one class for a closed connection and for a wrong call; only its words differ.
_CLOSED = re.compile(r"\bclos(ed|ing)\b")


def wait_out(error: BaseException, age_seconds: float, jitter: float) -> float | None:
    """Seconds after which to try again without counting this try; None when it counts.

    *jitter* in [0, 1) spreads the herd. What is waited for grows with the event's age.
    """
    trouble = next(filter(_passes, _causes(error)), None)
    if trouble is None or age_seconds >= PATIENCE_SECONDS:
        return None
    if isinstance(trouble, Postponed):
        # Never earlier: a server may have named the time.
        return max(trouble.seconds, _SHORTEST_SECONDS) * (1 + jitter / 4)
    if isinstance(trouble, Disconnected):
        return DISCONNECTED_SECONDS * (1 + jitter / 4)
    return min((_SHORTEST_SECONDS + age_seconds / 60) * (1 + jitter), _LONGEST_SECONDS)


def is_around(error: BaseException) -> bool:
    """Whether the event is not to blame: the database, Slack or the network is away or busy."""
    return any(map(_passes, _causes(error)))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it was raised from."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _passes(error: BaseException) -> bool:
    if isinstance(error, asyncpg.InterfaceError):
        return bool(_CLOSED.search(str(error)))
    if isinstance(error, CALL_ERRORS):
        return is_passing(error)
    return isinstance(error, (Postponed, Disconnected, OSError, *_DATABASE_AWAY))
