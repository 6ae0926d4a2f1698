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
from bot.settings import Settings, SettingsError
from bot.slack.installing.given_token import connecting
from bot.slack.installing.routes import install_routes
from bot.slack.tokens import SlackConnectionError, check_app_token
from bot.wiring import Product
from core.jobs.wake_ups import listening
from core.kernel.secret import Secret
from web_oauth import health, signing_key
from web_oauth.app import build_web

log = logging.getLogger(__name__)

# How long requests under way may take at the end: Slack waits no longer for its answer.
FAREWELL_SECONDS = 3.0
# Running turns have so long to end, less what else is to be done before the process must be gone.
GRACE_SECONDS = 20.0
RESERVED_SECONDS = 9.0
# How long what was cancelled may take to notice.
NOTICE_SECONDS = 1.0


class ListeningError(SettingsError):
    """Nothing can be served at the address that was set; the message names the settings."""


@asynccontextmanager
async def serving(product: Product) -> AsyncIterator[str]:
    """Serve HTTP (and Socket Mode, if it is set up); yields the address.

    At the end nothing new is taken, and what is under way is answered.
    """
    settings = product.settings
    async with AsyncExitStack() as stack:
        app = build_web(_routes(product), largest_body=LARGEST_BODY)
        app.on_response_prepare.append(product.readiness.close_connection)
        # Nothing is unpacked for a stranger: what is signed is what was sent.
        runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            auto_decompress=False,
            shutdown_timeout=FAREWELL_SECONDS,
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await _listen(runner, settings)
        port = runner.addresses[0][1]
        if settings.slack_bot_token:
            storage, api = product.storage, product.clients.api(settings.slack_bot_token)
            await stack.enter_async_context(
                connecting(storage.database, storage.provisioner, api, settings.slack_bot_token)
            )
        if settings.slack_app_token:
            await check_app_token(product.clients.api(), settings.slack_app_token)
            await stack.enter_async_context(_connected(product, settings.slack_app_token))
        yield f"http://{settings.host}:{port}"


@asynccontextmanager
async def _connected(product: Product, app_token: Secret) -> AsyncIterator[None]:
    """Stay connected over Socket Mode, with the first try under way."""
    socket = SocketModeIntake(product.intake, app_token, product.clients.api())
    product.readiness.without_socket = socket.seconds_without
    staying = asyncio.create_task(socket.open())
    try:
        yield
    finally:
        await _ended(staying, FAREWELL_SECONDS + NOTICE_SECONDS)


def say_farewell(product: Product) -> None:
    """The process was told to stop: from here on its time runs, and it begins no turn any more."""
    product.farewell.begin()
    for worker in product.workers:
        worker.claim_no_more()


async def drain(product: Product) -> None:
    """Say that this process is about to go, and answer on until nobody sends it anything more."""
    product.readiness.is_draining = True
    await asyncio.sleep(product.settings.drain_seconds)


@asynccontextmanager
async def working(product: Product) -> AsyncIterator[None]:
    """Drain mailboxes; at the end, running turns are finished or handed back."""
    tasks = [asyncio.create_task(worker.run()) for worker in product.workers]
    clock = housekeeping(product)
    clock.start()
    try:
        async with listening(product.storage.listen_dsn, product.workers[0].wake):
            yield
    finally:
        clock.shutdown(wait=False)
        seconds = product.farewell.left(GRACE_SECONDS, RESERVED_SECONDS)
        await asyncio.gather(*(worker.stop(seconds) for worker in product.workers))
        await asyncio.gather(*(_ended(task, NOTICE_SECONDS, by_itself=True) for task in tasks))


async def _ended(task: "asyncio.Task[None]", seconds: float, *, by_itself: bool = False) -> None:
    """Wait for the task, so long at most: a database that hangs lets go of nobody, until the pool is
    closed."""
    if by_itself:
        await asyncio.wait({task}, timeout=seconds)
    task.cancel()
    await asyncio.wait({task}, timeout=seconds)
    if task.done() and not task.cancelled() and (error := task.exception()):
        log.error("something ended with an error as the process stopped", exc_info=error)


async def until_stopped() -> signal.Signals:
    """Return when the process gets SIGTERM or SIGINT: which of them."""
    return await hear_signals().get()


def hear_signals() -> "asyncio.Queue[signal.Signals]":
    """SIGTERM and SIGINT from now on; neither ends the process by itself any more."""
    told: asyncio.Queue[signal.Signals] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.put_nowait, number)
    return told


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        raise ListeningError(
            f"AEGIS_HOST, PORT: nothing can be served at {settings.host}:{settings.port} "
            f"({error.strerror or error}). Set PORT to one that is free."
        ) from error


def _routes(product: Product) -> list[web.RouteDef]:
    routes = health.routes(product.storage.intake, product.readiness)
    routes += signing_key.routes(product.storage.signer)
    routes += install_routes(product.settings, product.storage, product.clients.oauth)
    if product.settings.slack_signing_secret:
        verifier = SignatureVerifier(product.settings.slack_signing_secret)
        routes += SlackEndpoints(product.intake, verifier).routes()
    return routes


# Not required, so that an update stops nobody who has done without.
UNNAMED_APP = (
    "SLACK_APP_ID: is not set, so a request or an installation of another Slack app is not told from "
    "yours. Copy it from the top of the app's Basic Information page at api.slack.com/apps"
)


def names_no_app(settings: Settings) -> bool:
    """Whether Slack comes over HTTP and nothing says for which app. Socket Mode's token does."""
    return settings.slack_signing_secret is not None and settings.slack_app_id is None


def check_slack(settings: Settings) -> None:
    """Raises SlackConnectionError when there is no way for Slack to reach the product."""
    if not settings.slack_signing_secret and not settings.slack_app_token:
        raise SlackConnectionError(
            "SLACK_SIGNING_SECRET: is missing, so Slack cannot reach AEGIS over HTTP. Set it, or "
            "set SLACK_BOT_TOKEN and SLACK_APP_TOKEN for Socket Mode. To look around: `aegis demo`"
        )
