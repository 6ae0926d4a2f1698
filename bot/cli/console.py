"""What the command line says when it cannot go on: one line, a reason, no traceback."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import click

from bot.logs import set_up_logs
from bot.postgres.errors import EmbeddedPostgresError
from bot.postgres.state import StateDirectoryError
from bot.settings import Settings, SettingsError, read_settings
from bot.slack.tokens import SlackConnectionError
from bot.storage import StorageError
from core.db.fleet import FleetReport
from core.db.migrate import MigrationError
from core.kernel.errors import DomainError

Result = TypeVar("Result")

# A thread that computes, cutting up a document say, gives way so soon to the loop that serves people:
# measured, with CPython's own 5 ms questions beside a bulk upload took half as long again at the tail.
SWITCH_SECONDS = 0.0005

EXPLAINED = (
    SettingsError,
    StorageError,
    StateDirectoryError,
    EmbeddedPostgresError,
    SlackConnectionError,
    MigrationError,
    DomainError,
)


def settings(*, quiet: bool = False) -> Settings:
    """Read the environment and set up logging. A bad value ends the program with its name.

    *quiet* is for commands that a person watches: they log errors alone, unless told otherwise.
    """
    try:
        found = read_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    default = Settings.model_fields["log_level"].default
    silent = quiet and found.log_level == default
    set_up_logs("ERROR" if silent else found.log_level, checkpoints=not silent)
    return found


def counted(count: int, noun: str) -> str:
    """`1 tenant`, `2 tenants`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def say_failed(tenants: FleetReport) -> None:
    """Name the tenants that a migration had to leave as they were: AEGIS serves the others."""
    for tenant, why in sorted(tenants.failed.items()):
        click.echo(f"tenant {tenant} was not brought up to date: {why}", err=True)


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """What *main* returns. What is known to go wrong is said in its own words, with exit status 1.

    A signal ends it like any error: what was opened is closed, and no file stays behind.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        return asyncio.run(_until_terminated(main))
    except EXPLAINED as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None
    except asyncio.CancelledError:
        raise SystemExit(128 + signal.SIGTERM) from None


async def _until_terminated(main: Coroutine[Any, Any, Result]) -> Result:
    running = asyncio.current_task()
    assert running is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await main
