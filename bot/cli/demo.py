"""`aegis demo`: the whole product against a local Slack, on a machine that has neither."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import resources
from pathlib import Path

import aiohttp
import click

from bot.cli import console
from bot.cli.knowledge import add_file
from bot.cli.script.model import Script, ScriptError, read_script
from bot.cli.script.player import Player
from bot.process import serving, until_stopped, working
from bot.sandbox import Sandbox
from bot.settings import Settings
from bot.storage import addresses, migrate_all, open_storage
from bot.wiring import Product, open_product
from core.db.tenant import TenantContext
from core.kernel.secret import Secret
from core.lifecycle.installation.complete_install import complete_install
from core.tenancy.install_workspace import Grant

DEFAULT_PORT = 3000
# Companies that install AEGIS themselves, each with a guide to be read once they have.
NEWCOMERS = ("lumen", "orchard")
LOOK_AGAIN_S = 1.0
# A reader's pace, so that a person sees an answer come and has time to press Stop.
WORDS_PER_S = 30.0


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Where the page is served.",
)
@click.option(
    "--script",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Play a YAML list of steps and print what became visible, one JSON object a line.",
)
@click.option("--socket", is_flag=True, help="Connect by Socket Mode instead of HTTP.")
def demo(port: int, script: Path | None, socket: bool) -> None:
    """Try AEGIS now: two companies, their handbooks, and a small Slack in your browser."""
    settings = console.settings(quiet=True)
    if script is None:
        console.run(_show(settings, port, socket=socket))
        return
    try:
        steps = read_script(script)
        with tempfile.TemporaryDirectory(prefix="aegis-") as folder:
            # A clean state each time: a script that prints the same on every run.
            clean = settings.model_copy(update={"state_dir": Path(folder) / "state"})
            console.run(_play(clean, steps, socket=socket))
    except ScriptError as error:
        raise click.ClickException(f"{script.name}: {error}") from None


async def _show(settings: Settings, port: int, *, socket: bool) -> None:
    click.echo("Starting a database, a small Slack and AEGIS; reading two handbooks ...", err=True)
    async with open_demo(settings, port=port, socket=socket) as (sandbox, product):
        reading = [asyncio.create_task(_welcome(product, sandbox, name)) for name in NEWCOMERS]
        click.echo(f"\n  AEGIS demo: {sandbox.url}\n\n  Ctrl-C stops it.\n")
        await until_stopped()
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


async def _play(settings: Settings, script: Script, *, socket: bool) -> None:
    async with (
        open_demo(settings, port=0, socket=socket) as (sandbox, _),
        aiohttp.ClientSession(sandbox.url) as http,
        Player(http, lambda line: click.echo(json.dumps(line, ensure_ascii=False))) as player,
    ):
        await player.play(script)


@asynccontextmanager
async def open_demo(
    settings: Settings, *, port: int = 0, socket: bool = False
) -> AsyncIterator[tuple[Sandbox, Product]]:
    """The sandbox with the product behind it, two workspaces installed, their samples read."""
    async with AsyncExitStack() as stack:
        where = await stack.enter_async_context(addresses(settings))
        _, tenants = await migrate_all(where)
        console.say_failed(tenants)
        storage = await stack.enter_async_context(open_storage(where))
        sandbox = await stack.enter_async_context(_open_sandbox(port))
        product = await stack.enter_async_context(
            open_product(settings_for(settings, sandbox, socket=socket), storage)
        )
        await _install(product, sandbox)
        await stack.enter_async_context(working(product))
        address = await stack.enter_async_context(serving(product))
        sandbox.world.app.request_url = None if socket else f"{address}/slack"
        sandbox.world.app.install_url = f"{address}/slack/install"
        yield sandbox, product


@asynccontextmanager
async def _open_sandbox(port: int) -> AsyncIterator[Sandbox]:
    """On *port*, or on a free one when somebody else is there."""
    try:
        async with Sandbox.open(port=port, token_rotation=True) as sandbox:
            yield sandbox
            return
    except OSError as error:
        if not port or error.errno is None:
            raise
    async with Sandbox.open(port=0, token_rotation=True) as sandbox:
        yield sandbox


def settings_for(settings: Settings, sandbox: Sandbox, *, socket: bool) -> Settings:
    """The settings under which the product talks to the sandbox and to nobody else's Slack."""
    given = sandbox.credentials
    return settings.model_copy(
        update={
            "port": 0,
            "host": "127.0.0.1",
            "slack_api_base_url": sandbox.api_url,
            "slack_app_id": given["app_id"],
            "slack_signing_secret": Secret(given["signing_secret"]),
            "slack_client_id": given["client_id"],
            "slack_client_secret": Secret(given["client_secret"]),
            # Where this process listens, whatever port that will be.
            "public_url": None,
            "slack_bot_token": None,
            "slack_app_token": Secret(given["app_token"]) if socket else None,
            "offline_words_per_s": settings.offline_words_per_s or WORDS_PER_S,
        }
    )


async def _install(product: Product, sandbox: Sandbox) -> None:
    """Install the first workspaces, and read each company's own documents."""
    for workspace in sandbox.credentials["workspaces"]:
        grant = Grant(
            workspace["id"],
            Secret(workspace["bot_token"]),
            workspace["bot_user_id"],
            refresh_token=Secret(workspace["refresh_token"]),
            expires_in=sandbox.world.faults.token_seconds,
        )
        storage = product.storage
        done = await complete_install(storage.database, storage.provisioner, grant)
        await add_samples(product, await storage.database.tenant(done.tenant), workspace["name"])


async def _welcome(product: Product, sandbox: Sandbox, company: str) -> None:
    """Read a newcomer's guide as soon as it has installed AEGIS, so that there is something to ask."""
    workspace = sandbox.world.find_workspace(company)
    assert workspace is not None
    tenant = None
    while tenant is None:
        await asyncio.sleep(LOOK_AGAIN_S)
        tenant = await product.services.workspaces.tenant_of(workspace.id)
    await add_samples(product, await product.storage.database.tenant(tenant), company)


async def add_samples(product: Product, context: TenantContext, company: str) -> None:
    """Read a company's sample documents; what is already there stays as it is."""
    samples = resources.files("bot.cli") / "samples" / company
    with resources.as_file(samples) as folder:
        for path in sorted(folder.iterdir()):
            await add_file(product, context, path)
