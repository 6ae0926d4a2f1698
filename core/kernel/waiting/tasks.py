"""Tasks that are to end: a cancellation is a wish, and some are lost on their way."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

# A task that has swallowed its cancellation is cancelled again after so long: longer than a clean-up
# takes (a rollback, a last word to Slack), which a second cancellation would break off.
AGAIN_SECONDS = 5.0


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel them, and return when all have ended; how they ended is nobody's concern any more.

    One that takes its cancellation for a failure and goes on is cancelled again: whoever awaited it
    after a single `cancel()` would wait for ever.
    """
    running = set(tasks)
    while running := {task for task in running if not task.done()}:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=AGAIN_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # seen, so that asyncio does not log it


@contextlib.contextmanager
def cancellation_first() -> Iterator[None]:
    """What fails because a task is cancelled, or at that moment, does not hide that it is.

    A rollback on a connection that is gone raises in the place of CancelledError, and a loop that
    outlasts failures would take it for one of them.
    """
    try:
        yield
    except Exception as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError from error
        raise
