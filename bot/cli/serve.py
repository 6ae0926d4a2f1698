"""`aegis serve` and `aegis worker`: the processes of a running service."""

from contextlib import AsyncExitStack

import click

from bot.cli import console
from bot.process import check_slack, serving, until_stopped, working
from bot.settings import Settings
from bot.storage import addresses, migrate_all, open_storage
from bot.wiring import open_product


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
    async with AsyncExitStack() as stack:
        where = await stack.enter_async_context(addresses(settings))
        if settings.is_embedded:
            await migrate_all(where)
        storage = await stack.enter_async_context(open_storage(where))
        product = await stack.enter_async_context(open_product(settings, storage))
        if works:
            await stack.enter_async_context(working(product))
        if serves:
            address = await stack.enter_async_context(serving(product))
            click.echo(f"AEGIS serves on {address}", err=True)
        else:
            click.echo("AEGIS works", err=True)
        await until_stopped()
