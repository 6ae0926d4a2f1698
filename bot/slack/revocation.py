"""Make a workspace's bot token worthless at Slack, when its tenant goes."""

import asyncio
import re
from collections.abc import Callable

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import CALL_ERRORS, error_code, is_passing
from core.db.tenant import TenantContext
from core.kernel.errors import Unavailable
from core.kernel.sealing import CannotOpen
from core.kernel.secret import Secret
from core.lifecycle.ports import NotRevoked
from core.tenancy.install_workspace import find_stored_token
from core.tenancy.installation.ports import RefreshRefused, SlackOAuth

TRIES = 3
_PAUSE_SECONDS = 0.5
_WORTHLESS = frozenset({"invalid_auth", "token_revoked", "token_expired", "account_inactive"})
# The word goes into a certificate that is kept for ever: Slack's own words look like this.
_WORD = re.compile(r"[A-Za-z0-9_]{1,64}")


class SlackRevoker:
    """docs.slack.dev, auth.revoke. *api* makes a client that speaks with a token."""

    def __init__(
        self, api: Callable[[Secret], AsyncWebClient], oauth: SlackOAuth | None = None
    ) -> None:
        self._api = api
        self._oauth = oauth

    async def revoke(self, context: TenantContext) -> int:
        """A token that Slack does not know any more is none to revoke. Raises NotRevoked."""
        try:
            found = await find_stored_token(context)
        except CannotOpen:
            raise NotRevoked("cannot_be_opened") from None
        if found is None:
            return 0
        pair = found.pair
        if found.is_expired and pair.refresh and self._oauth and not found.refused:
            # Its refresh token is as good as a token, and is worth nothing once the new one is.
            try:
                pair = await self._oauth.refresh(pair.refresh)
            except RefreshRefused:
                return 0
            except Unavailable:
                raise NotRevoked("no_answer") from None
        return await self._revoke(self._api(pair.access))

    async def _revoke(self, api: AsyncWebClient) -> int:
        code = ""
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(_PAUSE_SECONDS)
            try:
                answer = await api.auth_revoke()
            except CALL_ERRORS as error:
                code = error_code(error)
                if code in _WORTHLESS:
                    return 0
                if not is_passing(error):
                    break
            else:
                if answer.get("revoked"):
                    return 1
                code = "not_revoked"
                break
        raise NotRevoked(code if _WORD.fullmatch(code) else "unknown_error")
