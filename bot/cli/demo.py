"""`aegis demo`: the whole product against a local Slack, on a machine that has neither."""

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
from core.tenancy.install_workspace import Grant, install_workspace

DEFAULT_PORT = 3000
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
    async with open_demo(settings, port=port, socket=socket) as sandbox:
        click.echo(f"\n  AEGIS demo: {sandbox.url}\n\n  Ctrl-C stops it.\n")
        await until_stopped()


async def _play(settings: Settings, script: Script, *, socket: bool) -> None:
    async with (
        open_demo(settings, port=0, socket=socket) as sandbox,
        aiohttp.ClientSession(sandbox.url) as http,
        Player(http, lambda line: click.echo(json.dumps(line, ensure_ascii=False))) as player,
    ):
        await player.play(script)


@asynccontextmanager
async def open_demo(
    settings: Settings, *, port: int = 0, socket: bool = False
) -> AsyncIterator[Sandbox]:
    """The sandbox with the product behind it, both workspaces installed, samples read."""
    async with AsyncExitStack() as stack:
        where = await stack.enter_async_context(addresses(settings))
        await migrate_all(where)
        storage = await stack.enter_async_context(open_storage(where))
        sandbox = await stack.enter_async_context(_open_sandbox(port))
        product = await stack.enter_async_context(
            open_product(settings_for(settings, sandbox, socket=socket), storage)
        )
        await _install(product, sandbox)
        await stack.enter_async_context(working(product))
        address = await stack.enter_async_context(serving(product))
        sandbox.world.app.request_url = None if socket else f"{address}/slack"
        yield sandbox


@asynccontextmanager
async def _open_sandbox(port: int) -> AsyncIterator[Sandbox]:
    """On *port*, or on a free one when somebody else is there."""
    try:
        async with Sandbox.open(port=port) as sandbox:
            yield sandbox
            return
    except OSError as error:
        if not port or error.errno is None:
            raise
    async with Sandbox.open(port=0) as sandbox:
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
            "slack_bot_token": None,
            "slack_app_token": Secret(given["app_token"]) if socket else None,
            "offline_words_per_s": settings.offline_words_per_s or WORDS_PER_S,
        }
    )


async def _install(product: Product, sandbox: Sandbox) -> None:
    """Install both workspaces, and read each company's own documents."""
    for workspace in sandbox.credentials["workspaces"]:
        grant = Grant(workspace["id"], Secret(workspace["bot_token"]), workspace["bot_user_id"])
        storage = product.storage
        tenant = await install_workspace(storage.database, storage.provisioner, grant)
        await add_samples(product, await storage.database.tenant(tenant), workspace["name"])


async def add_samples(product: Product, context: TenantContext, company: str) -> None:
    """Read a company's sample documents; what is already there stays as it is."""
    samples = resources.files("bot.cli") / "samples" / company
    with resources.as_file(samples) as folder:
        for path in sorted(folder.iterdir()):
            await add_file(product, context, path)
