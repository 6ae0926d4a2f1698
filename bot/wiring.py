"""Settings and storage in, a product out: the only place where parts are put together."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
import httpx
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.app import FORM_CHECKS, TASKS, build_app
from bot.intake.accept import AnswerNow, Hide, Intake, no_options
from bot.intake.batch import EventBatch
from bot.models.embedders import FOR_DOCUMENTS, open_embedder
from bot.models.providers import providers
from bot.settings import Settings, file_hosts
from bot.slack.channels.kinds import SlackChannelKinds
from bot.slack.channels.members import SlackMembers
from bot.slack.clients import SlackClients
from bot.slack.directory import SlackDirectory
from bot.slack.files.downloads import SlackFiles
from bot.slack.files.uploads import SlackUploads
from bot.slack.installing.notices import InstallationNotices
from bot.slack.installing.routes import install_address, oauth_client
from bot.slack.installing.team_list import SlackTeams
from bot.slack.messenger import SlackMessenger
from bot.slack.pacing.web_client import slack_session, web_client
from bot.slack.screens.screens import SlackScreens
from bot.storage import Storage
from bot.worker.dispatch import CONTEXT_KEY, dispatch, run_task
from bot.worker.farewell import Farewell
from bot.worker.lanes import open_workers
from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.agents.ready_roster import ready_roster
from core.connections.mcp.tools import ToolServers
from core.connections.network import Network
from core.conversations.files.filing import Filing
from core.conversations.notices.tell_owner import tell_owner
from core.conversations.ports import ChannelKinds
from core.conversations.tools.reading import reading_tools
from core.conversations.tools.remembering import remembering_tools
from core.conversations.tools.writing import writing_tools
from core.conversations.turns.staff import Staff
from core.db.database import Database
from core.db.tenant import TenantContext
from core.gateway.answer import Gateway, Limits
from core.gateway.providers.wire.client import open_http_client
from core.gateway.tools.dispatcher import Dispatcher
from core.gateway.usage.ledger import Ledger
from core.gateway.usage.model import MICROS, Limit
from core.jobs.model import InboxEvent
from core.jobs.wake_ups import open_bell
from core.kernel.errors import DomainError
from core.kernel.ids import TenantId
from core.knowledge.arrivals.in_turn import InTurn
from core.knowledge.arrivals.take_in import Shelf
from core.knowledge.ports import Embedder
from core.knowledge.reading.limited_reader import LimitedReader
from core.lifecycle.model import Rules
from core.services import Services
from core.tenancy.membership.readers import Readers
from core.tenancy.ports import Directory
from core.tenancy.workspaces import Workspaces
from handlers.blocks.answers.alone import alone_offer
from handlers.blocks.answers.sharing import share_offer
from handlers.blocks.approvals import approval_card
from handlers.blocks.knowledge import file_card
from handlers.blocks.mrkdwn import to_mrkdwn
from handlers.blocks.servers.forms import ADD_FORM
from handlers.giving_up import give_up, tell_of_it
from handlers.servers.forms import hide_token
from web_oauth.health import Readiness

# At the end: how long a token that is being renewed is waited for, less what the pools then take.
LONGEST_RENEWAL_SECONDS = 20.0
CLOSING_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Product:
    """Everything a process may run: it takes from this what its role needs."""

    settings: Settings
    storage: Storage
    services: Services
    clients: SlackClients
    app: AsyncApp
    workers: tuple[Worker, ...]
    intake: Intake
    readiness: Readiness = field(default_factory=Readiness)
    farewell: Farewell = field(default_factory=Farewell)


@asynccontextmanager
async def open_product(settings: Settings, storage: Storage) -> AsyncIterator[Product]:
    """Build the product; what was opened for it is closed at the end, whatever happened."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(slack_session())
        model_client = await stack.enter_async_context(open_http_client())
        clients = open_clients(settings, storage.database, session)
        farewell, workspaces = Farewell(), Workspaces(storage.database)
        stack.push_async_callback(_close, clients, farewell)
        messenger = SlackMessenger(clients, workspaces, session)
        embedder, reader = await open_embedder(settings, model_client), LimitedReader()
        gateway = open_gateway(settings, storage.database, model_client, embedder)
        network = Network(settings.mcp_allow_private)
        servers = ToolServers(network, tell=_tell_owners(storage.database))
        directory = SlackDirectory(clients, workspaces)
        readers, kinds = Readers(SlackMembers(clients), directory), SlackChannelKinds(clients)
        writer = embedder and await open_embedder(settings, model_client, niceness=FOR_DOCUMENTS)
        shelf = Shelf(reader, InTurn(writer) if writer else None, settings.quota)
        staff = _staff(gateway, messenger, shelf, embedder, readers, kinds, servers, directory)
        files = SlackFiles(clients, session, file_hosts(settings))
        services = Services(
            database=storage.database,
            provisioner=storage.provisioner,
            signer=storage.signer,
            rules=Rules(settings.erase_grace_days, settings.backup_days),
            workspaces=workspaces,
            directory=directory,
            staff=staff,
            reader=reader,
            filing=Filing(storage.database, messenger, files, shelf, file_card),
            uploads=SlackUploads(clients, session, file_hosts(settings)),
            tokens=clients,
            teams=SlackTeams(clients),
            screens=SlackScreens(clients),
            tool_names=tuple(staff.dispatcher.tools),
        )
        app = build_app(clients, services)
        workers = _workers(settings, storage, services, app)
        ring = await stack.enter_async_context(open_bell(storage.listen_dsn, workers[0].wake))
        intake = _intake(settings, storage, app, EventBatch(storage.intake, ring), messenger)
        yield Product(settings, storage, services, clients, app, workers, intake, farewell=farewell)


async def _close(clients: SlackClients, farewell: Farewell) -> None:
    await clients.close(farewell.left(LONGEST_RENEWAL_SECONDS, CLOSING_SECONDS))


def open_clients(
    settings: Settings, database: Database, session: aiohttp.ClientSession
) -> SlackClients:
    """Slack's Web API for every tenant, with whoever renews tokens and tells owners of them."""
    base_url = settings.slack_api_base_url
    oauth = oauth_client(settings, web_client(session, base_url))
    notices = InstallationNotices(database, install_address(settings))
    return SlackClients(database, session, base_url, oauth, notices)


def _intake(
    settings: Settings,
    storage: Storage,
    app: AsyncApp,
    batch: EventBatch,
    messenger: SlackMessenger,
) -> Intake:
    return Intake(
        Workspaces(storage.intake),
        batch,
        settings.slack_app_id,
        _answer_now(storage, app),
        FORM_CHECKS,
        _hide_tokens(storage),
        messenger.tell_unserved,
    )


def _staff(
    gateway: Gateway,
    messenger: SlackMessenger,
    shelf: Shelf,
    embedder: Embedder | None,
    readers: Readers,
    kinds: ChannelKinds,
    servers: ToolServers,
    directory: Directory,
) -> Staff:
    """The agents with all their tools: whoever adds one adds it here."""
    tools = (
        *reading_tools(embedder, readers),
        *writing_tools(messenger, shelf, to_mrkdwn, directory),
        *remembering_tools(),
    )
    dispatcher = Dispatcher(tools)
    cards = (approval_card, share_offer, alone_offer)
    slack = (*cards, readers, kinds)
    return Staff(ready_roster(), gateway, embedder, messenger, dispatcher, *slack, servers)


def open_gateway(
    settings: Settings, database: Database, client: httpx.AsyncClient, embedder: Embedder | None
) -> Gateway:
    """The one door to a model, with the operator's limits and a ledger that tells owners."""
    tell = _tell_owners(database)
    limits = Limits(calls_at_once=settings.calls_at_once)
    found = providers(settings, client, embedder)
    return Gateway(found, limits, Ledger(trial_limits(settings), tell))


def _tell_owners(database: Database) -> Callable[[TenantId, str, str], Awaitable[None]]:
    async def tell(tenant_id: TenantId, words: str, key: str) -> None:
        await tell_owner(database, tenant_id, words, key=key)

    return tell


def trial_limits(settings: Settings) -> tuple[Limit, ...]:
    """What every workspace may have in a month, whatever it sets itself."""
    micros = round(settings.trial_dollars * MICROS)
    return (
        Limit("tenant", "dollars", "month", micros, trial=True),
        Limit("tenant", "tokens", "month", settings.trial_tokens, trial=True),
    )


def _workers(
    settings: Settings, storage: Storage, services: Services, app: AsyncApp
) -> tuple[Worker, ...]:
    async def handle(context: TenantContext, event: InboxEvent) -> None:
        if event.kind == "task":
            await run_task(TASKS, services, context, event)
        else:
            await dispatch(app, context, event)

    async def tell(context: TenantContext, event: InboxEvent, reference: str) -> None:
        await give_up(services, context, event, reference)

    drain = MailboxDrain(storage.database, handle, tell, partial(tell_of_it, services))
    return open_workers(storage.database, drain, settings.lease_seconds)


def _answer_now(storage: Storage, app: AsyncApp) -> AnswerNow:
    """What a menu of options shows: Slack waits for it, so no worker is asked."""

    async def answer(tenant: TenantId, payload: dict[str, Any]) -> dict[str, Any]:
        context = {CONTEXT_KEY: await storage.database.tenant(tenant)}
        request = AsyncBoltRequest(body=payload, mode="socket_mode", context=context)
        response = await app.async_dispatch(request)
        answered = json.loads(response.body or "{}")
        return answered if {"options", "option_groups"} & set(answered) else await no_options()

    return answer


def _hide_tokens(storage: Storage) -> Hide:
    """A token that was typed into a form is sealed before the form is stored."""

    async def hide(tenant: TenantId, raw: str) -> str:
        if ADD_FORM not in raw:
            return raw
        try:
            return hide_token(await storage.database.tenant(tenant), raw)
        except DomainError:  # frozen, or gone: nobody is going to need it
            return hide_token(None, raw)

    return hide
