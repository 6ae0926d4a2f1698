"""Slack's Web API for each tenant: one shared HTTP session, the tenant's own token."""

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import aiohttp
from slack_bolt.authorization import AuthorizeResult

from bot.slack.errors import CALL_ERRORS, error_code
from bot.slack.installing.doubts import TokenDoubts
from bot.slack.installing.notices import InstallationNotices
from bot.slack.pacing.pace import Pace
from bot.slack.pacing.web_client import PacedWebClient, web_client
from core.db.database import Database
from core.db.tenant import TenantContext
from core.kernel.errors import Disconnected, DomainError, Postponed, Unavailable
from core.kernel.ids import TenantId
from core.kernel.secret import Secret
from core.tenancy.installation.model import StoredToken, TokenVersion
from core.tenancy.installation.ports import SlackOAuth
from core.tenancy.installation.ready_token import ready_token
from core.tenancy.installation.refuse_token import DISCONNECTED
from core.tenancy.organizations import find_organization_of

# A token that was revoked or replaced is dropped in every process within this many seconds.
TOKEN_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class BotClient:
    """A client that speaks as the workspace's bot. *owner* is whose token it is: the workspace's
    own, or its organization's."""

    api: PacedWebClient
    token: Secret
    bot_user_id: str
    owner: TenantContext
    version: TokenVersion


class SlackClients:
    """Makes and keeps a client per tenant."""

    def __init__(
        self,
        database: Database,
        session: aiohttp.ClientSession,
        base_url: str,
        oauth: SlackOAuth | None = None,
        notices: InstallationNotices | None = None,
    ) -> None:
        self._database = database
        self._session = session
        self.base_url = base_url
        self.oauth = oauth
        self.notices = notices or InstallationNotices(database)
        self.doubts = TokenDoubts(self.api)
        self._kept: dict[TenantId, tuple[float, BotClient]] = {}
        self._opening: dict[TenantId, asyncio.Task[BotClient]] = {}
        self._sweep_at = 0.0

    @property
    def reaches_slack(self) -> bool:
        """Whether the other end is Slack itself, and not a server that stands in for it."""
        host = urlsplit(self.base_url).hostname or ""
        return f".{host}".endswith((".slack.com", ".slack-gov.com"))

    async def of(self, context: TenantContext) -> BotClient:
        """With a token that is not about to expire.

        Raises Disconnected (there is no token, or Slack takes it no more), Postponed (it is being
        renewed), and what `Database.tenant` raises.
        """
        # Asked every time (it keeps the answer itself), so that a tenant that was frozen or erased
        # is refused here as soon as it is anywhere, and not TOKEN_SECONDS later.
        current = await self._database.tenant(context.tenant_id)
        kept = self._kept.get(context.tenant_id)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        self._sweep()
        opening = self._opening.get(context.tenant_id)
        if opening is None:
            # In a task of its own: who asked may be gone before Slack's answer is stored.
            opening = asyncio.create_task(self._open(current, None))
            self._opening[context.tenant_id] = opening
            opening.add_done_callback(partial(self._opened, context.tenant_id))
        return await asyncio.shield(opening)

    async def still_works(self, context: TenantContext) -> bool:
        """Whether Slack takes a token that is stored now: asked when it has said that the app was taken
        out, so no doubt is waited out. Raises Postponed when it cannot say."""
        self._kept.pop(context.tenant_id, None)
        try:
            client = await self.of(context)
            while await self.doubts.is_over(client.owner, client.version, client.token):
                self._kept.pop(context.tenant_id, None)
                client = await self.of(context)
            await client.api.auth_test()
        except Disconnected:
            return False
        except CALL_ERRORS as error:
            raise Postponed(
                f"Slack does not say whether a token works ({error_code(error)})", 10.0
            ) from error
        return True

    async def close(self, within: float) -> None:
        """Wait for tokens that are being renewed, so many seconds: half-way, they would be lost."""
        if self._opening:
            await asyncio.wait(self._opening.values(), timeout=within)

    def api(self, token: Secret | None = None) -> PacedWebClient:
        """A client on the shared session, for whoever has no workspace yet."""
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

    async def _open(self, context: TenantContext, spent: TokenVersion | None) -> BotClient:
        own: Disconnected | None = None
        found: StoredToken | None = None
        owner, team_id = context, None
        try:
            found = await ready_token(self._database, context, self.oauth, spent=spent)
        except Disconnected as error:
            own = error
        if found is None:
            linked = await find_organization_of(self._database, context.tenant_id)
            if linked is None or linked.organization is None:
                raise own or Disconnected(DISCONNECTED)
            owner, team_id = await self._organization(linked.organization), linked.team_id
            found = await ready_token(self._database, owner, self.oauth, spent=spent)
        if found is None:
            raise Disconnected(DISCONNECTED)
        if found.ends_at is not None:
            await self.notices.ends(context.tenant_id, found.ends_at)
        return self._client(context, owner, found, team_id)

    async def _organization(self, organization: TenantId) -> TenantContext:
        try:
            return await self._database.tenant(organization)
        except Unavailable:
            raise
        except DomainError:
            raise Disconnected(DISCONNECTED) from None

    def _client(
        self,
        context: TenantContext,
        owner: TenantContext,
        found: StoredToken,
        team_id: str | None,
    ) -> BotClient:
        api = web_client(
            self._session,
            self.base_url,
            found.pair.access,
            pace=Pace(self._database, context),
            team_id=team_id,
            on_token_error=partial(self._token_error, context, owner, found),
        )
        return BotClient(api, found.pair.access, found.bot_user_id, owner, found.version)

    async def _token_error(
        self, context: TenantContext, owner: TenantContext, found: StoredToken, code: str
    ) -> PacedWebClient:
        """Of this token, and not of one that has taken its place: a renewal, another installation,
        or the organization's, where the workspace's own is dead. Raises Disconnected if none has,
        and NotCarriedOut while it is not sure that the token is bad."""
        version = found.version
        kept = self._kept.get(context.tenant_id)
        if kept and kept[1].version == version:
            del self._kept[context.tenant_id]
        is_expired = code == "token_expired"
        if not is_expired:
            await self.doubts.settle(owner, version, found.pair.access, code)
        opening = asyncio.create_task(self._open(context, version if is_expired else None))
        self._opening[context.tenant_id] = opening
        opening.add_done_callback(partial(self._opened, context.tenant_id))
        client = await asyncio.shield(opening)
        if owner.tenant_id == context.tenant_id != client.owner.tenant_id:
            await self.notices.died(context.tenant_id, version.installed_at)
        return client.api

    def _opened(self, tenant: TenantId, task: "asyncio.Task[BotClient]") -> None:
        if self._opening.get(tenant) is task:
            del self._opening[tenant]
        # An error that nobody waits for any more is nobody's.
        if not task.cancelled() and task.exception() is None:
            self._kept[tenant] = (time.monotonic() + TOKEN_SECONDS, task.result())

    def _sweep(self) -> None:
        """Now and then, let go of the tokens of tenants that nobody asks for: they may be erased."""
        now = time.monotonic()
        if now >= self._sweep_at:
            self._sweep_at = now + TOKEN_SECONDS
            self._kept = {who: kept for who, kept in self._kept.items() if kept[0] > now}
