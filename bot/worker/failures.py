"""What a failed try means: trouble around the event, which passes, or an event that is the trouble."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator

import asyncpg

from bot.slack.errors import CALL_ERRORS, is_passing
from core.kernel.errors import Disconnected, Overtaken, Postponed
from core.kernel.waiting.outage import DATABASE_AWAY

# For so long after it came an event is not blamed for trouble around it.
PATIENCE_SECONDS = 3600.0
DISCONNECTED_SECONDS = 60.0
_SHORTEST_SECONDS, _LONGEST_SECONDS = 1.0, 10.0
# Room on the database's disk is made by somebody, and each try writes to it.
_FULL_SECONDS = 60.0

_NETWORK = (ConnectionError, TimeoutError, socket.gaierror, ssl.SSLEOFError)
_NETWORK_NUMBERS = frozenset(
    {
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENETRESET,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.EADDRNOTAVAIL,  # no port is free for another connection
    }
)
# asyncpg has one class for a closed connection and for a wrong call; only its words differ.
_CLOSED = re.compile(r"\bclos(ed|ing)\b")


def wait_out(error: BaseException, age_seconds: float, jitter: float) -> float | None:
    """Seconds after which to try again without counting this try; None when it counts.

    *jitter* in [0, 1) spreads the herd. What is waited for grows with the event's age, but not for the
    database: who can write down that an event waits has found it back, however old the event is.
    """
    trouble = next(filter(_passes, _causes(error)), None)
    if trouble is None or age_seconds >= PATIENCE_SECONDS:
        return None
    if isinstance(trouble, Postponed):
        # Never earlier: a server may have named the time.
        return max(trouble.seconds, _SHORTEST_SECONDS) * (1 + jitter / 4)
    if isinstance(trouble, Disconnected):
        return DISCONNECTED_SECONDS * (1 + jitter / 4)
    if isinstance(trouble, asyncpg.DiskFullError):
        return min((_SHORTEST_SECONDS + age_seconds / 10) * (1 + jitter), _FULL_SECONDS)
    if _is_of_the_database(trouble):
        return _SHORTEST_SECONDS * (1 + jitter)
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


# Of Overtaken: whoever has the lease comes back for the event, and it has failed at nothing. A table
# that is locked is being migrated, or erased.
_PASSING = (Postponed, Disconnected, Overtaken, asyncpg.LockNotAvailableError, *DATABASE_AWAY)


def _passes(error: BaseException) -> bool:
    if isinstance(error, asyncpg.InterfaceError):
        return bool(_CLOSED.search(str(error)))
    if isinstance(error, CALL_ERRORS):
        return is_passing(error)
    if isinstance(error, OSError):
        return _is_of_the_network(error)
    return isinstance(error, _PASSING)


def _is_of_the_database(error: BaseException) -> bool:
    """Away or not let in, but not without room: that is no better the moment after. A refused
    connection is the database's, for Slack's client and the models' have errors of their own."""
    if isinstance(error, asyncpg.InsufficientResourcesError):
        return False
    return isinstance(error, (asyncpg.InterfaceError, ConnectionRefusedError, *DATABASE_AWAY))


def _is_of_the_network(error: OSError) -> bool:
    """Not a file that is missing or a full disk: those wait for somebody who is told."""
    if isinstance(error, _NETWORK):
        return True
    # asyncio's for a host with several addresses, none of which answers; it has no number.
    return error.errno in _NETWORK_NUMBERS or str(error).startswith("Multiple exceptions: ")
