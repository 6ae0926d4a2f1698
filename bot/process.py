"""Run the product's roles in this process until it is told to stop, then leave nothing undone."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from bot.intake.http import LARGEST_BODY, SlackEndpoints
from bot.intake.signature import SignatureVerifier
from bot.intake.socket_mode import SocketModeIntake
from bot.schedule import housekeeping
from bot.settings import Settings
from bot.slack.tokens import SlackConnectionError, check_app_token, check_bot_token
from bot.wiring import Product
from core.kernel.errors import Refused
from core.kernel.secret import Secret
from core.tenancy.install_workspace import Grant, install_workspace
from web_oauth import health, signing_key
from web_oauth.app import build_web

log = logging.getLogger(__name__)


class ListeningError(Exception):
    """Nothing can be served at the address that was set; the message names the settings."""


@asynccontextmanager
async def serving(product: Product) -> AsyncIterator[str]:
    """Serve HTTP (and Socket Mode, if it is set up); yields the address."""
    settings = product.settings
    async with AsyncExitStack() as stack:
        app = build_web(_routes(product), largest_body=LARGEST_BODY)
        # Nothing is unpacked for a stranger: what is signed is what was sent.
        runner = web.AppRunner(app, access_log=None, handle_signals=False, auto_decompress=False)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await _listen(runner, settings)
        port = runner.addresses[0][1]
        if settings.slack_bot_token:
            await _connect_if_served(product, settings.slack_bot_token)
        if settings.slack_app_token:
            await check_app_token(product.clients.api(), settings.slack_app_token)
            socket = SocketModeIntake(
                product.intake, settings.slack_app_token, product.clients.api()
            )
            stack.push_async_callback(socket.close)
            opening = asyncio.create_task(socket.open())
            stack.callback(opening.cancel)
        yield f"http://{settings.host}:{port}"


@asynccontextmanager
async def working(product: Product) -> AsyncIterator[None]:
    """Drain mailboxes; at the end, running turns are finished or handed back."""
    task = asyncio.create_task(product.worker.run())
    clock = housekeeping(product)
    clock.start()
    try:
        yield
    finally:
        clock.shutdown(wait=False)
        await product.worker.stop()
        await task


async def connect_workspace(product: Product, bot_token: Secret) -> str:
    """Install the workspace a bot token belongs to; returns its team id.

    Raises SlackConnectionError.
    """
    found = await check_bot_token(product.clients.api(bot_token))
    grant = Grant(found.team_id, bot_token, found.bot_user_id)
    await install_workspace(product.storage.database, product.storage.provisioner, grant)
    return found.team_id


async def _connect_if_served(product: Product, bot_token: Secret) -> None:
    """A frozen workspace stops nobody: it is to be thawed, or erased by a job of this process."""
    try:
        await connect_workspace(product, bot_token)
    except Refused as error:
        log.warning("the workspace of SLACK_BOT_TOKEN is not served: %s", error)


async def until_stopped() -> None:
    """Return when the process gets SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        raise ListeningError(
            f"AEGIS_HOST, PORT: nothing can be served at {settings.host}:{settings.port} "
            f"({error.strerror or error}). Set PORT to one that is free."
        ) from error


def _routes(product: Product) -> list[web.RouteDef]:
    routes = health.routes(product.storage.database)
    routes += signing_key.routes(product.storage.signer)
    if product.settings.slack_signing_secret:
        verifier = SignatureVerifier(product.settings.slack_signing_secret)
        routes += SlackEndpoints(product.intake, verifier).routes()
    return routes


def check_slack(settings: Settings) -> None:
    """Raises SlackConnectionError when there is no way for Slack to reach the product."""
    if not settings.slack_signing_secret and not settings.slack_app_token:
        raise SlackConnectionError(
            "SLACK_SIGNING_SECRET: is missing, so Slack cannot reach AEGIS over HTTP. Set it, or "
            "set SLACK_BOT_TOKEN and SLACK_APP_TOKEN for Socket Mode. To look around: `aegis demo`"
        )
