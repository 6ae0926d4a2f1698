"""Settings and storage in, a product out: the only place where parts are put together."""

import asyncio
import json
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import httpx
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.app import TASKS, build_app
from bot.intake.accept import AnswerNow, Intake, no_options
from bot.intake.batch import EventBatch
from bot.settings import Settings, file_hosts
from bot.slack.clients import SlackClients
from bot.slack.directory import SlackDirectory
from bot.slack.files.downloads import SlackFiles
from bot.slack.files.uploads import SlackUploads
from bot.slack.installing.routes import oauth_client
from bot.slack.messenger import SlackMessenger
from bot.slack.pacing.web_client import web_client
from bot.storage import Storage
from bot.worker.dispatch import CONTEXT_KEY, dispatch, run_task
from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.agents.ready_roster import ready_roster
from core.conversations.turns.staff import Staff
from core.db.tenant import TenantContext
from core.gateway.answer import Gateway
from core.gateway.ports import Provider
from core.gateway.providers.offline import Offline
from core.gateway.providers.openai_compatible import OpenAICompatible, open_http_client
from core.jobs.model import InboxEvent
from core.jobs.wake_ups import open_bell
from core.kernel.ids import TenantId, new_id
from core.kernel.secret import Secret
from core.knowledge.embedding.minilm import load as load_embedder
from core.knowledge.ports import Embedder
from core.knowledge.reading.limited_reader import LimitedReader
from core.lifecycle.model import Rules
from core.services import Services
from core.tenancy.workspaces import Workspaces
from handlers.giving_up import give_up
from web_oauth.health import Readiness

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
    readiness: Readiness = field(default_factory=Readiness)


@asynccontextmanager
async def open_product(settings: Settings, storage: Storage) -> AsyncIterator[Product]:
    """Build the product; what was opened for it is closed at the end, whatever happened."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(slack_session())
        model_client = await stack.enter_async_context(open_http_client())
        base_url = settings.slack_api_base_url
        oauth = oauth_client(settings, web_client(session, base_url))
        clients = SlackClients(storage.database, session, base_url, oauth)
        stack.push_async_callback(clients.close)
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
                SlackMessenger(storage.database, clients, workspaces, session),
            ),
            reader=LimitedReader(),
            files=SlackFiles(clients, session, file_hosts(settings)),
            uploads=SlackUploads(clients, session, file_hosts(settings)),
            tokens=clients,
        )
        app = build_app(clients, services)
        worker = _worker(settings, storage, services, app)
        ring = await stack.enter_async_context(open_bell(storage.listen_dsn, worker.wake))
        intake = Intake(
            Workspaces(storage.intake),
            EventBatch(storage.intake, ring),
            settings.slack_app_id,
            _answer_now(storage, app),
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


def _worker(settings: Settings, storage: Storage, services: Services, app: AsyncApp) -> Worker:
    async def handle(context: TenantContext, event: InboxEvent) -> None:
        if event.kind == "task":
            await run_task(TASKS, services, context, event)
        else:
            await dispatch(app, context, event)

    async def tell(context: TenantContext, event: InboxEvent, reference: str) -> None:
        await give_up(services, context, event, reference)

    name = f"{socket.gethostname()}:{os.getpid()}:{new_id()[:8]}"
    drain = MailboxDrain(storage.database, handle, tell)
    return Worker(storage.database, drain, name=name, lease_seconds=settings.lease_seconds)


def _answer_now(storage: Storage, app: AsyncApp) -> AnswerNow:
    """What a menu of options shows: Slack waits for it, so no worker is asked."""

    async def answer(tenant: TenantId, payload: dict[str, Any]) -> dict[str, Any]:
        context = {CONTEXT_KEY: await storage.database.tenant(tenant)}
        request = AsyncBoltRequest(body=payload, mode="socket_mode", context=context)
        response = await app.async_dispatch(request)
        answered = json.loads(response.body or "{}")
        return answered if {"options", "option_groups"} & set(answered) else await no_options()

    return answer


def slack_session() -> aiohttp.ClientSession:
    """The HTTP session all tenants share: nothing of one's calls stays in it for another's."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=SLACK_CALL_SECONDS),
        # Nothing in the environment decides where tokens go.
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    )
