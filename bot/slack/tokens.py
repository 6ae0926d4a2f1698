"""Whether Slack takes the tokens that were set: asked once, at the start and by `aegis doctor`."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import CALL_ERRORS, error_code, is_passing
from core.kernel.secret import Secret

log = logging.getLogger(__name__)


class SlackConnectionError(Exception):
    """Slack does not take the tokens that were set; the message says which and what to do."""


class SlackAway(SlackConnectionError):
    """Slack did not say whether it takes them: another try can tell."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The workspace a bot token belongs to, the bot's own user in it, and the scopes that Slack says
    it has (with commas; empty where it does not say)."""

    team_id: str
    bot_user_id: str
    scopes: str = ""


async def check_bot_token(api: AsyncWebClient) -> Installed:
    """Raises SlackConnectionError, and SlackAway when nobody answers."""
    try:
        answer = await api.auth_test()
    except CALL_ERRORS as error:
        kind = SlackAway if is_passing(error) else SlackConnectionError
        raise kind(
            f"SLACK_BOT_TOKEN: Slack did not accept it ({error_code(error)}). Copy the Bot User "
            "OAuth Token again from your app's page, and check SLACK_API_BASE_URL."
        ) from error
    scopes = granted_scopes(answer.headers)
    return Installed(str(answer["team_id"]), str(answer["user_id"]), scopes)


def granted_scopes(headers: Mapping[str, Any]) -> str:
    """What `X-OAuth-Scopes` says of the token a call was made with, as `oauth.v2.access` writes it."""
    found = next((v for name, v in headers.items() if name.lower() == "x-oauth-scopes"), "")
    return ",".join(sorted({scope.strip() for scope in str(found).split(",")} - {""}))


async def check_app_token(api: AsyncWebClient, token: Secret) -> None:
    """Raises SlackConnectionError for a token that is refused, which slack_sdk would offer forever.

    A Slack that is away for a moment is no reason: the connection is tried until it comes.
    """
    try:
        await api.apps_connections_open(app_token=token.reveal())
    except SlackApiError as error:
        if is_passing(error):
            return
        raise SlackConnectionError(
            f"SLACK_APP_TOKEN: Slack did not accept it ({error_code(error)}). Make an app-level "
            "token with connections:write under Basic Information, and enable Socket Mode."
        ) from error
    except CALL_ERRORS:
        return
    except Exception as error:
        # slack_sdk stumbles over an answer that is no object: no refusal either.
        log.warning("SLACK_APP_TOKEN was not checked: %s", type(error).__name__)
