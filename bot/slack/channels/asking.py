"""A question to Slack that changes nothing: asked again where Slack was away for a moment."""

from collections.abc import Awaitable, Callable

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.errors import CALL_ERRORS, is_passing, retry_after

TRIES = 4


async def ask_again(ask: Callable[[], Awaitable[AsyncSlackResponse]]) -> AsyncSlackResponse:
    """Slack's answer. Raises what the last try raises, and at once what does not pass: a 429 too, which
    the client has waited out as far as that is sensible."""
    for tries_left in reversed(range(TRIES)):
        try:
            return await ask()
        except CALL_ERRORS as error:
            too_quick = isinstance(error, SlackApiError) and retry_after(error) is not None
            if not tries_left or too_quick or not is_passing(error):
                raise
    raise AssertionError("the last try returns or raises")
