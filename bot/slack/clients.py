"""Slack's Web API for each tenant: one shared HTTP session, the tenant's own token."""

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from core.db.database import Database
from core.db.tenant import TenantContext
from core.kernel.errors import Unavailable
from core.kernel.ids import TenantId
from core.kernel.secret import Secret
from core.tenancy.install_workspace import open_bot_token

# A token that was revoked or replaced is dropped in every process within this many seconds.
TOKEN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class BotClient:
    """A client that speaks as the workspace's bot."""

    api: AsyncWebClient
    token: Secret
    bot_user_id: str


class SlackClients:
    """Makes and keeps a client per tenant."""

    def __init__(self, database: Database, session: aiohttp.ClientSession, base_url: str) -> None:
        self._database = database
        self._session = session
        self.base_url = base_url
        self._kept: dict[TenantId, tuple[float, BotClient]] = {}
        self._sweep_at = 0.0

    @property
    def reaches_slack(self) -> bool:
        """Whether the other end is Slack itself, and not a server that stands in for it."""
        host = urlsplit(self.base_url).hostname or ""
        return f".{host}".endswith((".slack.com", ".slack-gov.com"))

    async def of(self, context: TenantContext) -> BotClient:
        """Raises Unavailable when the workspace has no token, and what `Database.tenant` raises."""
        # Asked every time (it keeps the answer itself), so that a tenant that was frozen or erased
        # is refused here as soon as it is anywhere, and not TOKEN_SECONDS later.
        await self._database.tenant(context.tenant_id)
        kept = self._kept.get(context.tenant_id)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        self._sweep()
        opened = await open_bot_token(self._database, context.tenant_id)
        if opened is None:
            raise Unavailable("This workspace is not connected to Slack any more.")
        token, bot_user_id = opened
        client = BotClient(self.api(token), token, bot_user_id)
        self._kept[context.tenant_id] = (time.monotonic() + TOKEN_SECONDS, client)
        return client

    def _sweep(self) -> None:
        """Now and then, let go of the tokens of tenants that nobody asks for: they may be erased."""
        now = time.monotonic()
        if now >= self._sweep_at:
            self._sweep_at = now + TOKEN_SECONDS
            self._kept = {who: kept for who, kept in self._kept.items() if kept[0] > now}

    def api(self, token: Secret | None = None) -> AsyncWebClient:
        """A client on the shared session. A lost connection is not repeated blindly: the call may
        have been carried out, and the outbox knows how to find out."""
        return web_client(self._session, self.base_url, token)

    async def authorize(self, context: TenantContext, team_id: str | None) -> AuthorizeResult:
        """What Bolt wants to know: from our own store, without asking Slack for every event."""
        client = await self.of(context)
        return AuthorizeResult(
            enterprise_id=None,
            team_id=team_id,
            bot_token=client.token.reveal(),
            bot_user_id=client.bot_user_id,
        )


def web_client(
    session: aiohttp.ClientSession, base_url: str, token: Secret | None = None
) -> AsyncWebClient:
    """Slack's Web API at *base_url*, waiting out a 429 twice."""
    client = AsyncWebClient(
        token=token.reveal() if token else None,
        base_url=base_url,
        session=session,
        timeout=20,
        retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=2)],
    )
    # slack_sdk takes a proxy from the environment, which would see http:// calls and tokens.
    client.proxy = None
    return client
