"""What PostgreSQL says while it starts, stops, fails over or has no room: it passes, whatever was asked."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

T = TypeVar("T")

# Of these only the first is called a connection error by asyncpg.
DATABASE_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    # No room: for a connection, in its memory, on its disk. Somebody makes some, or it comes free.
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,  # a replica that is not promoted yet
    # Any statement between the server's last words and the end of its connection, which may be a
    # moment later: asyncpg reads on for an answer that never comes.
    asyncpg.InternalClientError,
)

# So long is waited for a database, in all about a minute.
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


async def until_it_answers(work: Callable[[], Awaitable[T]]) -> T:
    """What *work* returns; done again while the database is away, for a minute at most.

    For what has to be written down because it is done already, in Slack. *work* may have been
    committed although nobody heard of it, so doing it twice has to be as good as once.
    """
    for seconds in PAUSES:
        try:
            return await work()
        except (*DATABASE_AWAY, asyncpg.InterfaceError, OSError):
            await asyncio.sleep(seconds)
    return await work()
