"""Processes that share a database and a Slack, each with caches of its own."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.settings import Settings
from bot.slack.clients import SlackClients
from bot.slack.installing.oauth import SlackOAuthClient
from bot.slack.installing.routes import install_routes
from bot.slack.installing.team_list import SlackTeams
from bot.slack.pacing.web_client import slack_session, web_client
from bot.storage import Storage
from core.db.database import Database
from core.db.pool import open_pool
from core.db.tenant import TenantContext
from core.kernel.sealing import new_key
from core.kernel.secret import Secret
from core.kernel.signing import Signer
from core.lifecycle.installation.complete_install import Installed, complete_install
from core.lifecycle.installation.reconcile_organization import Reconciler
from core.lifecycle.installation.stop_uninstalled import stop_uninstalled
from tests.integration.installations.slack import (
    APP_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    SmallSlack,
    open_slack,
)
from tests.integration.lifecycle import RULES
from web_oauth.app import build_web
from web_oauth.install import grant_of


@dataclass
class Process:
    """One process: its own connections, contexts and tokens."""

    database: Database
    clients: SlackClients
    oauth: SlackOAuthClient

    async def context(self, installed: Installed) -> TenantContext:
        return await self.database.tenant(installed.tenant)


@pytest.fixture
async def slack() -> AsyncIterator[SmallSlack]:
    async with open_slack() as opened:
        yield opened


@pytest.fixture
async def new_process(slack, service_dsn, master, through_pooler):
    async with AsyncExitStack() as stack:

        async def make() -> Process:
            pool = await open_pool(service_dsn, size=8, pooled=through_pooler)
            stack.push_async_callback(pool.close)
            session = await stack.enter_async_context(slack_session())
            database = Database(pool, master)
            oauth = SlackOAuthClient(
                web_client(session, slack.url), CLIENT_ID, Secret(CLIENT_SECRET), APP_ID
            )
            clients = SlackClients(database, session, slack.url, oauth)
            stack.push_async_callback(clients.close, 20.0)
            return Process(database, clients, oauth)

        yield make


@pytest.fixture
async def process(new_process) -> Process:
    return await new_process()


@pytest.fixture
def team() -> str:
    return "T" + os.urandom(5).hex().upper()


@pytest.fixture
def install(slack, process, provisioner):
    """Install as the callback does, from the code on."""

    async def run(team: str, person: str = "UANA", **more) -> Installed:
        approved = await process.oauth.exchange(slack.approve(team, person, **more), "http://x")
        return await complete_install(process.database, provisioner, grant_of(approved))

    return run


@pytest.fixture
def reconcile(process, provisioner):
    """Make true what Slack lists, as the worker does for an event, a task or the clock."""

    async def run(organization: Installed, named=(), check=None):
        reconciler = Reconciler(
            process.database,
            provisioner,
            RULES,
            SlackTeams(process.clients),
            check or process.clients,
        )
        context = await process.database.tenant(organization.tenant)
        return await reconciler.reconcile(context, named=named, reference="r")

    return run


@pytest.fixture
def told(process, provisioner):
    """Slack has said that the app is gone."""

    async def run(installed: Installed, check=None) -> bool:
        context = await process.database.tenant(installed.tenant, while_frozen=True)
        return await stop_uninstalled(
            context, process.database, provisioner, RULES, check or process.clients, reference="r"
        )

    return run


@pytest.fixture
def enterprise() -> str:
    return "E" + os.urandom(5).hex().upper()


@pytest.fixture
async def site(slack, process, provisioner):
    """The address of the web surface."""
    settings = Settings(
        SLACK_CLIENT_ID=CLIENT_ID,
        SLACK_CLIENT_SECRET=CLIENT_SECRET,
        SLACK_API_BASE_URL=slack.url,
    )
    database = process.database
    storage = Storage(database, database, provisioner, Signer(new_key()), Secret("session" * 5))
    app = build_web(install_routes(settings, storage, process.oauth), largest_body=1000)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def new_browser(site):
    async with AsyncExitStack() as stack:

        async def make() -> aiohttp.ClientSession:
            # As browsers do on this machine: the cookie is Secure, the address is not.
            jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=URL(site))
            return await stack.enter_async_context(aiohttp.ClientSession(site, cookie_jar=jar))

        yield make


@pytest.fixture
async def browser(new_browser):
    return await new_browser()
