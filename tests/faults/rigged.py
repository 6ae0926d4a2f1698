"""The product's own command line, with places at which it can be told to kill itself:
`python -m tests.faults.rigged worker`, or `serve`.

This is no mock. Every function that is wrapped here runs as it is, with the real database and the
real wire; the wrapper only looks, right before or right after it, whether somebody has armed this
point, and then ends the process with kill -9. From outside nobody could hit the moment between a
post and its record so surely that thirty of thirty kills land there.

To arm a point is to make the file `ARMED-<point>-<channel>` in the folder AEGIS_FAULTS_ARMED. Whoever
succeeds in removing it, at work for that channel, dies: of two workers exactly one, exactly once.
"""

import asyncio
import functools
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from bot.cli.main import main
from bot.intake.accept import Intake
from bot.worker.mailboxes import MailboxDrain
from core.audit import store as audit_store
from core.conversations import store as conversations
from core.conversations.looking import look_up
from core.conversations.turns.parts import RecordedParts
from core.gateway.answer import Gateway
from core.jobs import store as jobs
from core.jobs.model import Lease
from tests.faults.points import POISON, armed_file

P = ParamSpec("P")
R = TypeVar("R")

ANSWERED_SECONDS = 0.05  # long enough for an answer to leave
# Whose conversation this process is at work for, here and in the tasks that this work starts.
_channel: ContextVar[str] = ContextVar("channel", default="none")
_FOLDER = Path(os.environ.get("AEGIS_FAULTS_ARMED", "/nonexistent"))


def die_if_armed(point: str, channel: str | None = None) -> None:
    try:
        armed_file(_FOLDER, point, channel or _channel.get()).unlink()
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def dies_before(call: Callable[P, Awaitable[R]], point: str) -> Callable[P, Awaitable[R]]:
    @functools.wraps(call)
    async def wrapped(*args: P.args, **named: P.kwargs) -> R:
        die_if_armed(point)
        return await call(*args, **named)

    return wrapped


def dies_after(call: Callable[P, Awaitable[R]], point: str) -> Callable[P, Awaitable[R]]:
    @functools.wraps(call)
    async def wrapped(*args: P.args, **named: P.kwargs) -> R:
        done = await call(*args, **named)
        die_if_armed(point)
        return done

    return wrapped


def rig() -> None:
    """Put the points where they belong."""
    replace: Callable[[object, str, object], None] = setattr
    replace(Intake, "accept_event", _dies_soon_after(Intake.accept_event))
    # The lease is committed, and nothing of the mailbox has been read.
    replace(MailboxDrain, "drain", _dies_with_its_lease(MailboxDrain.drain))
    # The row of the attempt or of its outcome is written, in a transaction that is still open.
    replace(audit_store, "put_event", dies_after(audit_store.put_event, "in-audit"))
    # The tool has run; the row that says so has not been written.
    search = dies_after(vars(look_up)["search_about"], "between-tool-and-record")
    replace(look_up, "search_about", search)
    replace(Gateway, "answer", _dies_while_it_speaks(Gateway.answer))
    # Slack has the message; its ts is not on record.
    replace(RecordedParts, "opened", dies_before(RecordedParts.opened, "between-post-and-record"))
    # Turn, messages and event are marked as done, and the commit does not happen.
    replace(jobs, "complete_event", dies_after(jobs.complete_event, "in-final-commit"))
    replace(conversations, "open_turn", _deadly(conversations.open_turn))


def _dies_soon_after(accept: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """The event is committed; the 200 goes out, and then the process is gone."""

    @functools.wraps(accept)
    async def wrapped(*args: P.args, **named: P.kwargs) -> R:
        done = await accept(*args, **named)
        envelope: Any = args[1]
        channel = str(envelope["event"].get("channel"))
        loop = asyncio.get_running_loop()
        loop.call_later(ANSWERED_SECONDS, die_if_armed, "after-ack", channel)
        return done

    return wrapped


def _dies_with_its_lease(
    drain: Callable[[MailboxDrain, Lease], Awaitable[None]],
) -> Callable[[MailboxDrain, Lease], Awaitable[None]]:
    @functools.wraps(drain)
    async def wrapped(self: MailboxDrain, lease: Lease) -> None:
        _channel.set(lease.mailbox.partition(":")[0])
        die_if_armed("after-claim")
        await drain(self, lease)

    return wrapped


def _dies_while_it_speaks(
    answer: Callable[..., AsyncGenerator[Any, None]],
) -> Callable[..., AsyncGenerator[Any, None]]:
    async def wrapped(*args: Any, **named: Any) -> AsyncGenerator[Any, None]:
        async for event in answer(*args, **named):
            yield event
            die_if_armed("in-model-call")

    return wrapped


def _deadly(open_turn: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """F21: a question that nobody survives."""

    @functools.wraps(open_turn)
    async def wrapped(*args: P.args, **named: P.kwargs) -> R:
        if any(POISON in str(each) for each in (*args, *named.values())):
            os.kill(os.getpid(), signal.SIGKILL)
        return await open_turn(*args, **named)

    return wrapped


if __name__ == "__main__":
    rig()
    sys.argv[0] = "aegis"
    main()
