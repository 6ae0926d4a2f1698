"""Whether Slack takes the tokens that were set: asked once, at the start and by `aegis doctor`."""

from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import CALL_ERRORS, error_code, is_passing
from core.kernel.secret import Secret


class SlackConnectionError(Exception):
    """Slack does not take the tokens that were set; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The workspace a bot token belongs to, and the bot's own user in it."""

    team_id: str
    bot_user_id: str


async def check_bot_token(api: AsyncWebClient) -> Installed:
    """Raises SlackConnectionError, also when nobody answers."""
    try:
        answer = await api.auth_test()
    except CALL_ERRORS as error:
        raise SlackConnectionError(
            f"SLACK_BOT_TOKEN: Slack did not accept it ({error_code(error)}). Copy the Bot User "
            "OAuth Token again from your app's page, and check SLACK_API_BASE_URL."
        ) from error
    return Installed(str(answer["team_id"]), str(answer["user_id"]))


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
