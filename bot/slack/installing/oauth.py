"""Codes and refresh tokens for tokens (docs.slack.dev, oauth.v2.access, "Using token rotation")."""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import CALL_ERRORS, TOKEN_ERRORS, error_code, is_passing
from core.kernel.errors import Unavailable
from core.kernel.secret import Secret
from core.tenancy.installation.model import Approved, TokenPair
from core.tenancy.installation.ports import CodeRefused, RefreshRefused

NOT_ANSWERED = "Slack did not answer. Please try again in a minute."
# Who installed, where Slack does not say: no person, and not the operator, who had no part in it.
NOBODY = "slack"
CODE_REFUSED = "Slack did not accept this attempt: it was used before, or took too long."
# About the app's own credentials: the operator's to mend, and no token is to blame.
_OURS = frozenset({"invalid_client_id", "bad_client_secret", "oauth_authorization_url_mismatch"})


class SlackOAuthClient:
    """Asks as the app, with its client secret in the Authorization header."""

    def __init__(
        self, api: AsyncWebClient, client_id: str, client_secret: Secret, app_id: str | None
    ) -> None:
        self._api = api
        self._client_id = client_id
        self._client_secret = client_secret
        self._app_id = app_id

    async def exchange(self, code: str, redirect_url: str) -> Approved:
        try:
            answer = await self._ask(code=code, redirect_uri=redirect_url)
        except SlackApiError as error:
            raise CodeRefused(f"{CODE_REFUSED} ({error_code(error)})") from error
        if self._app_id is not None and answer.get("app_id") != self._app_id:
            unkept = approved(answer) if answer.get("access_token") else None
            raise CodeRefused("Slack answered for another app.", unkept)
        if answer.get("token_type") != "bot" or not answer.get("access_token"):
            raise CodeRefused("Slack gave no bot token.")
        return approved(answer)

    async def refresh(self, refresh_token: Secret) -> TokenPair:
        try:
            answer = await self._ask(
                grant_type="refresh_token", refresh_token=refresh_token.reveal()
            )
        except SlackApiError as error:
            raise RefreshRefused(error_code(error)) from error
        if not answer.get("access_token") or not answer.get("refresh_token"):
            raise RefreshRefused("no_token_in_answer")
        return pair_of(answer)

    async def revoke(self, token: Secret) -> None:
        try:
            await self._api.api_call(
                "auth.revoke", headers={"Authorization": f"Bearer {token.reveal()}"}
            )
        except CALL_ERRORS as error:
            if error_code(error) not in TOKEN_ERRORS:
                raise Unavailable(NOT_ANSWERED) from error

    async def _ask(self, **arguments: str) -> dict[str, Any]:
        """Raises SlackApiError for a refusal, Unavailable for everything that another try may mend."""
        try:
            # Not slack_sdk's own method, which would put code and refresh token into the address.
            answer = await self._api.api_call(
                "oauth.v2.access", data=arguments, headers={"Authorization": self._basic()}
            )
        except SlackApiError as error:
            if is_passing(error) or error_code(error) in _OURS:
                raise Unavailable(NOT_ANSWERED) from error
            raise
        except CALL_ERRORS as error:
            raise Unavailable(NOT_ANSWERED) from error
        return answer.data if isinstance(answer.data, dict) else {}

    def _basic(self) -> str:
        return aiohttp.encode_basic_auth(self._client_id, self._client_secret.reveal())


def approved(answer: dict[str, Any]) -> Approved:
    """What `oauth.v2.access` says of whom the app is installed for. Raises CodeRefused."""
    is_whole = bool(answer.get("is_enterprise_install"))
    team_id, enterprise_id = _id_in(answer.get("team")), _id_in(answer.get("enterprise"))
    if is_whole:
        team_id = None
    if not (enterprise_id if is_whole else team_id):
        raise CodeRefused("Slack did not say for which workspace.")
    return Approved(
        pair_of(answer),
        team_id,
        enterprise_id,
        str(answer.get("bot_user_id") or ""),
        str(answer.get("scope") or ""),
        _id_in(answer.get("authed_user")) or NOBODY,
    )


def pair_of(answer: dict[str, Any]) -> TokenPair:
    refresh, expires_in = answer.get("refresh_token"), answer.get("expires_in")
    return TokenPair(
        Secret(str(answer["access_token"])),
        Secret(str(refresh)) if refresh else None,
        int(expires_in) if expires_in else None,
    )


def _id_in(found: object) -> str | None:
    named = found.get("id") if isinstance(found, dict) else None
    return str(named) if named else None
