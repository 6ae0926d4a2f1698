"""What is waited out without counting, for how long, and what counts as a failed try."""

import asyncio
import errno
import socket
import ssl

import aiohttp
import asyncpg
import pytest
from slack_sdk.errors import SlackApiError

from bot.worker.dispatch import ListenerFailed
from bot.worker.failures import PATIENCE_SECONDS, is_around, wait_out
from core.db.pool import acquired
from core.kernel.errors import Busy, Disconnected, Invalid, Overtaken, Postponed, Unavailable

AROUND = {
    "postponed": Postponed("busy", 7.0),
    "disconnected": Disconnected("no token"),
    "overtaken": Overtaken(),
    "no connection free": Busy("all in use"),
    "connection lost": asyncpg.ConnectionDoesNotExistError("closed in the middle of operation"),
    "server starts": asyncpg.CannotConnectNowError("starting up"),
    "server stops": asyncpg.AdminShutdownError("terminating"),
    "server crashed": asyncpg.CrashShutdownError("terminating"),
    "a replica, not promoted": asyncpg.ReadOnlySQLTransactionError("cannot execute UPDATE"),
    "too many connections": asyncpg.TooManyConnectionsError("sorry"),
    "its disk is full": asyncpg.DiskFullError("could not extend file"),
    "it has no memory": asyncpg.OutOfMemoryError("out of memory"),
    "a table is locked": asyncpg.LockNotAvailableError("canceling statement due to lock timeout"),
    "used after it was closed": asyncpg.InterfaceError("connection is closed"),
    "pool at its end": asyncpg.InterfaceError("pool is closing"),
    "server has said its last words": asyncpg.InternalClientError("cannot switch to state 15"),
    "refused": ConnectionRefusedError(),
    "no such host": socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
    "no way there": OSError(errno.EHOSTUNREACH, "No route to host"),
    "no network": OSError(errno.ENETUNREACH, "Network is unreachable"),
    "refused at each address": OSError("Multiple exceptions: [Errno 111] Connect call failed"),
    "gone during the handshake": ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "EOF occurred"),
    "statement took too long": TimeoutError(),
    "transport": aiohttp.ServerDisconnectedError(),
    "slack is limited": SlackApiError("no", {"ok": False, "error": "ratelimited"}),
    "slack is ill": SlackApiError("no", {"ok": False, "error": "internal_error"}),
}
TO_BLAME = {
    "a defect": RuntimeError("never"),
    "a file that is not there": FileNotFoundError(errno.ENOENT, "No such file"),
    "a file that is not ours": PermissionError(errno.EACCES, "Permission denied"),
    "a disk that is full": OSError(errno.ENOSPC, "No space left on device"),
    "a certificate that is wrong": ssl.SSLCertVerificationError("self-signed"),
    "a wrong call of asyncpg": asyncpg.InterfaceError("the server expects 2 arguments"),
    "a row that may not be": asyncpg.UniqueViolationError("there is one"),
    "what a person gave": Invalid("too long"),
    "what is not there": Unavailable("Slack did not take the answer (400)."),
    "slack says no": SlackApiError("no", {"ok": False, "error": "channel_not_found"}),
}


def raised(error, cause):
    try:
        raise error from cause
    except type(error) as caught:
        return caught


@pytest.mark.parametrize("name", AROUND)
def test_trouble_around_the_event_is_waited_out(name):
    error = AROUND[name]

    assert is_around(error)
    assert wait_out(error, 0.0, 0.5) is not None
    assert wait_out(raised(ListenerFailed("event answered 500"), error), 0.0, 0.5) is not None


@pytest.mark.parametrize("name", TO_BLAME)
def test_what_the_event_is_to_blame_for_counts(name):
    error = TO_BLAME[name]

    assert not is_around(error)
    assert wait_out(raised(ListenerFailed("event answered 500"), error), 0.0, 0.5) is None


def test_words_made_of_a_passing_error_are_as_passing_as_it():
    limited = raised(Unavailable("Slack is busy."), AROUND["slack is limited"])
    refused = raised(Unavailable("Slack said no."), TO_BLAME["slack says no"])

    assert is_around(limited)
    assert not is_around(refused)


@pytest.mark.parametrize("name", AROUND)
def test_an_event_older_than_an_hour_is_counted(name):
    assert wait_out(AROUND[name], PATIENCE_SECONDS - 1, 0.0) is not None
    assert wait_out(AROUND[name], PATIENCE_SECONDS, 0.0) is None


def test_a_named_time_is_never_shortened_and_spread_a_little():
    waits = [wait_out(Postponed("busy", 30.0), 0.0, jitter) for jitter in (0.0, 0.99)]

    assert waits[0] == 30.0
    assert 37.0 < waits[1] < 37.5


def test_a_refused_token_is_asked_about_once_a_minute():
    assert 60.0 <= wait_out(Disconnected("no token"), 1800.0, 0.5) <= 75.0


def test_other_waits_grow_from_one_second_to_ten():
    ages = (0.0, 60.0, 300.0, 3000.0)
    waits = [wait_out(ConnectionResetError(), age, 0.0) for age in ages]

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1.0, 10.0)
    assert wait_out(ConnectionResetError(), 3000.0, 0.99) == 10.0


@pytest.mark.parametrize(
    "name",
    [
        *("connection lost", "server starts", "server stops", "server crashed"),
        "server has said its last words",
        *("a replica, not promoted", "used after it was closed", "refused"),
    ],
)
def test_a_database_that_is_back_is_not_waited_for_because_the_event_is_old(name):
    assert wait_out(AROUND[name], 3000.0, 0.0) == 1.0
    assert wait_out(raised(ListenerFailed("event answered 500"), AROUND[name]), 600.0, 0.9) == 1.9


@pytest.mark.parametrize("name", ["too many connections", "it has no memory"])
def test_a_crowded_database_is_asked_less_and_less_often(name):
    assert wait_out(AROUND[name], 3000.0, 0.0) == 10.0


def test_a_full_disk_is_tried_soon_at_first_and_once_a_minute_in_the_end():
    """Each try of a file reads it anew, and writes to that disk."""
    ages = (0.0, 30.0, 300.0, 3000.0)
    waits = [wait_out(AROUND["its disk is full"], age, 0.0) for age in ages]
    assert waits == [1.0, 4.0, 31.0, 60.0]


async def test_a_database_whose_socket_is_gone_while_it_restarts_is_waited_for(tmp_path):
    """On the same machine that is a missing file, and no fault of the event's."""
    async with asyncpg.create_pool(host=str(tmp_path), user="x", database="x", min_size=0) as pool:
        with pytest.raises(OSError, match="No such file") as caught:
            async with acquired(pool):
                pass

    assert is_around(caught.value)


def test_a_cancelled_turn_is_not_called_trouble_around_it():
    assert not is_around(asyncio.CancelledError())
