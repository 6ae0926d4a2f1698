"""Settings and storage in, a product out: the only place where parts are put together."""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import httpx
from slack_bolt.async_app import AsyncApp

from bot.app import build_app
from bot.intake.accept import Intake
from bot.intake.batch import EventBatch
from bot.settings import Settings, file_hosts
from bot.slack.clients import SlackClients
from bot.slack.directory import SlackDirectory
from bot.slack.files.downloads import SlackFiles
from bot.slack.files.uploads import SlackUploads
from bot.slack.messenger import SlackMessenger
from bot.storage import Storage
from bot.worker.dispatch import dispatch
from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.agents.ready_roster import ready_roster
from core.conversations.run_turn import Staff
from core.db.tenant import TenantContext
from core.gateway.answer import Gateway
from core.gateway.ports import Provider
from core.gateway.providers.offline import Offline
from core.gateway.providers.openai_compatible import OpenAICompatible, open_http_client
from core.jobs.model import InboxEvent
from core.kernel.ids import new_id
from core.kernel.secret import Secret
from core.knowledge.embedding.minilm import load as load_embedder
from core.knowledge.ports import Embedder
from core.knowledge.reading.limited_reader import LimitedReader
from core.lifecycle.model import Rules
from core.services import Services
from core.tenancy.workspaces import Workspaces
from handlers.giving_up import give_up

log = logging.getLogger(__name__)

# Slack's client waits at most this long for one call, connection included.
SLACK_CALL_SECONDS = 25.0


@dataclass(frozen=True, slots=True)
class Product:
    """Everything a process may run: it takes from this what its role needs."""

    settings: Settings
    storage: Storage
    services: Services
    clients: SlackClients
    app: AsyncApp
    worker: Worker
    intake: Intake


@asynccontextmanager
async def open_product(settings: Settings, storage: Storage) -> AsyncIterator[Product]:
    """Build the product; what was opened for it is closed at the end, whatever happened."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(slack_session())
        model_client = await stack.enter_async_context(open_http_client())
        clients = SlackClients(storage.database, session, settings.slack_api_base_url)
        workspaces = Workspaces(storage.database)
        services = Services(
            database=storage.database,
            provisioner=storage.provisioner,
            signer=storage.signer,
            rules=Rules(settings.erase_grace_days, settings.backup_days),
            workspaces=workspaces,
            directory=SlackDirectory(clients, workspaces),
            staff=Staff(
                ready_roster(),
                Gateway(providers(settings, model_client)),
                await open_embedder(settings),
                SlackMessenger(clients, workspaces, session),
            ),
            reader=LimitedReader(),
            files=SlackFiles(clients, session, file_hosts(settings)),
            uploads=SlackUploads(clients, session, file_hosts(settings)),
        )
        app = build_app(clients, services)
        worker = _worker(storage, services, app)
        intake = Intake(
            Workspaces(storage.intake),
            EventBatch(storage.intake, worker.wake),
            settings.slack_app_id,
        )
        yield Product(settings, storage, services, clients, app, worker, intake)


def providers(settings: Settings, client: httpx.AsyncClient) -> list[Provider]:
    """The models in the order they are asked. Without any key: the offline model, which quotes."""
    found: list[Provider] = []
    if settings.groq_api_key:
        found.append(
            OpenAICompatible(
                client, settings.groq_api_key, settings.groq_base_url, settings.groq_model, "groq"
            )
        )
    if settings.openai_compatible_base_url:
        assert settings.openai_compatible_model is not None
        found.append(
            OpenAICompatible(
                client,
                settings.openai_compatible_api_key or Secret(""),
                settings.openai_compatible_base_url,
                settings.openai_compatible_model,
                "openai-compatible",
            )
        )
    if not found:
        log.warning("no model key is set: the offline model answers by quoting documents")
        found.append(Offline(settings.offline_words_per_s))
    return found


async def open_embedder(settings: Settings) -> Embedder | None:
    """The local embedding model, or None where its weights are not on this machine."""
    folder = settings.model_dir or Path(sys.prefix) / "share" / "aegis" / "minilm"
    embedder = await asyncio.to_thread(load_embedder, folder)
    if embedder is None:
        log.warning("no embedding model on this machine: search goes by words alone (BM25)")
    return embedder


def _worker(storage: Storage, services: Services, app: AsyncApp) -> Worker:
    async def handle(context: TenantContext, event: InboxEvent) -> None:
        await dispatch(app, context, event)

    async def tell(context: TenantContext, event: InboxEvent, reference: str) -> None:
        await give_up(services, context, event, reference)

    name = f"{socket.gethostname()}:{os.getpid()}:{new_id()[:8]}"
    return Worker(storage.database, MailboxDrain(storage.database, handle, tell), name=name)


def slack_session() -> aiohttp.ClientSession:
    """The HTTP session all tenants share: nothing of one's calls stays in it for another's."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=SLACK_CALL_SECONDS),
        # Nothing in the environment decides where tokens go.
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    )
