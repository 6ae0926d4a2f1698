"""`aegis serve` and `aegis worker`: the processes of a running service."""

import signal
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import click

from bot.cli import console
from bot.process import (
    UNNAMED_APP,
    check_slack,
    drain,
    hear_signals,
    names_no_app,
    say_farewell,
    serving,
    working,
)
from bot.settings import Settings
from bot.storage import addresses, migrate_all, open_storage
from bot.wiring import open_product
from bot.worker.farewell import leave_at_the_latest

ONE_LOGIN = (
    "warning: the service uses the admin's login. Whoever gets hold of a serving process could then "
    "change any tenant: set DATABASE_URL to a login without rights of its own (docs/operations.md)"
)


@click.command()
@click.option("--all", "everything", is_flag=True, help="Run the worker in this process too.")
def serve(everything: bool) -> None:
    """Answer Slack: over HTTP, or in Socket Mode when SLACK_APP_TOKEN is set."""
    settings = console.settings()
    console.run(_run(settings, serves=True, works=everything))


@click.command()
def worker() -> None:
    """Do the work that `aegis serve` has taken in. Run as many as you like."""
    settings = console.settings()
    console.run(_run(settings, serves=False, works=True))


async def _run(settings: Settings, *, serves: bool, works: bool) -> None:
    if serves:
        check_slack(settings)
        if names_no_app(settings):
            click.echo(f"warning: {UNNAMED_APP}", err=True)
    async with AsyncExitStack() as stack:
        where = await stack.enter_async_context(addresses(settings))
        if settings.is_embedded:
            _, tenants = await migrate_all(where)
            console.say_failed(tenants)
        elif has_one_login(settings):
            click.echo(ONE_LOGIN, err=True)
        storage = await stack.enter_async_context(open_storage(where))
        product = await stack.enter_async_context(open_product(settings, storage))
        if works:
            await stack.enter_async_context(working(product))
        address = await stack.enter_async_context(serving(product)) if serves else None
        told = hear_signals()  # before anybody is told that it is there
        click.echo(f"AEGIS serves on {address}" if serves else "AEGIS works", err=True)
        number = await told.get()
        leave_at_the_latest()
        say_farewell(product)
        # A person at the keyboard does not wait for a load balancer.
        if number == signal.SIGTERM and serves:
            await drain(product)


def has_one_login(settings: Settings) -> bool:
    """Whether what serves may do all that what migrates may, as the addresses tell it."""
    service, admin = settings.database_url, settings.database_admin_url
    if service is None or admin is None:
        return service is not None
    return urlsplit(service.reveal()).username == urlsplit(admin.reveal()).username
