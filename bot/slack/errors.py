"""What Slack answers when it does not do what was asked, and what that means for us.

| Slack's code | what happens | who is told |
| --- | --- | --- |
| 429, 5xx, no connection | Postponed: tried again later | nobody |
| a refused token | Disconnected (bot/slack/pacing) | the operator; the owner, if they can be |
| no word of Slack's (a proxy's page) | Postponed, but for 404, 405 and 501 | nobody |
| `invalid_auth` | NotCarriedOut, until it is confirmed (installing/doubts.py) | nobody |
| a place that is closed to us | CannotPost: said in their direct message | the person |
| `missing_scope` | CannotPost: the scope, and where to give it | the person and the owner |
| no look whether a message is there | CannotPost, unknown: it is not made again | the person, if they asked |
| too long, blocks refused | split smaller, then text alone (answers/rewriting.py) | nobody |
| anything else | CannotPost with Slack's own word | the person |

Codes: docs.slack.dev, chat.postMessage, chat.postEphemeral, chat.update, chat.startStream.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from core.conversations.ports import UNKNOWN, CannotPost
from core.kernel.errors import Disconnected, Postponed
from core.pacing.model import NotCarriedOut

# Any of these may come of one call; slack_sdk lets the transport's own errors through.
CALL_ERRORS = (SlackClientError, aiohttp.ClientError, TimeoutError)
# And any of these of one that keeps the workspace's pace.
PACED_CALL_ERRORS = (*CALL_ERRORS, Postponed, Disconnected)
# What Slack says of a token that it takes no more.
TOKEN_ERRORS = frozenset(
    {"invalid_auth", "token_revoked", "token_expired", "account_inactive", "not_authed"}
)
TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long"})
REFUSED_FOR_SIZE = TOO_LONG | {"invalid_blocks"}

_NOT_SERVED = frozenset(
    {
        "unknown_method",
        "method_deprecated",
        "deprecated_endpoint",
        "method_not_supported_for_channel_type",
        "channel_type_not_supported",
        "not_implemented",
        "feature_not_enabled",
        "missing_scope",
        "not_allowed_token_type",
    }
)
_PASSING = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "streaming_state_conflict",
    }
)
_ASK_AGAIN = "Invite me with /invite @AEGIS and ask again."
_CLOSED = {
    "not_in_channel": f"I am not in that channel. {_ASK_AGAIN}",
    "channel_not_found": f"That channel is gone, or I am not in it. {_ASK_AGAIN}",
    "is_archived": "That channel is archived.",
    "restricted_action": "In that channel not everybody may post, and I may not.",
    "thread_not_found": "The thread is gone.",
    "cannot_reply_to_message": "Nobody can reply to that message.",
    "message_not_found": "The message is gone.",
    "user_not_in_channel": "You are not in that channel any more.",
    "user_not_found": "Slack does not know that person.",
    "cannot_dm_bot": "Slack lets me send no direct message there.",
    "messages_tab_disabled": "Direct messages with me are switched off in this workspace.",
    "no_permission": "I am not allowed to post there.",
}
_USUAL_PAUSE = 5.0  # seconds, where a 429 does not say how long
_LONGEST_PAUSE = 3600.0


def error_code(error: Exception) -> str:
    """Slack's own word for the error, or `http_STATUS`, or the exception's name."""
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    code = _said(error).get("error")
    return str(code or f"http_{status(error)}")


def retry_after(error: SlackApiError) -> float | None:
    """The seconds Slack wants us to wait; None for what is no 429."""
    if status(error) != 429 and error_code(error) not in ("ratelimited", "rate_limited"):
        return None
    headers = getattr(error.response, "headers", None) or {}
    try:
        seconds = float(headers.get("Retry-After", _USUAL_PAUSE))
    except (TypeError, ValueError):
        return _USUAL_PAUSE
    return min(max(seconds, 0.0), _LONGEST_PAUSE) if seconds == seconds else _USUAL_PAUSE  # no NaN


def is_not_served(error: Exception) -> bool:
    """The server does not know the method, or not for us: do without it from now on."""
    code = error_code(error)
    return code in _NOT_SERVED or code in ("http_404", "http_405", "http_501")


def is_passing(error: Exception) -> bool:
    """Slack was away or busy, or somebody on the way answered in its place and without a word of its
    own: what was asked may be so or not, and another try can tell."""
    code = error_code(error)
    if not isinstance(error, SlackApiError) or code in _PASSING:
        return True
    return code.startswith("http_") and not is_not_served(error)


def is_about_arguments(error: Exception) -> bool:
    """The server does not take an argument that newer servers take."""
    code = error_code(error)
    return code.startswith(("invalid_arg", "invalid_metadata", "metadata_", "invalid_blocks"))


@contextmanager
def in_our_words() -> Iterator[None]:
    """Slack's refusals as ours: Postponed for what passes, CannotPost for what does not."""
    try:
        yield
    except CALL_ERRORS as error:
        raise translated(error) from error


def translated(error: Exception) -> Postponed | CannotPost:
    """What a refusal means for a message. The words are for the person who waits for it."""
    code = error_code(error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return NotCarriedOut(f"Slack cannot be reached ({code})")
    if is_passing(error):
        return Postponed(f"Slack was away or busy ({code})")
    if code == "missing_scope" and isinstance(error, SlackApiError):
        scope = str(_said(error).get("needed") or "unknown")
        words = f"This workspace has not given me the right to do that ({scope})."
        return CannotPost(words, code, scope=scope)
    # `restricted_action_read_only_channel`, `_thread_locked`, …: all say the same to us.
    known = "restricted_action" if code.startswith("restricted_action") else code
    return CannotPost(_CLOSED.get(known, f"Slack did not take the message ({code})."), code)


def unlooked(error: SlackApiError) -> CannotPost:
    """What it means that Slack will not show whether a message is there. A place that is closed to us
    takes no second one either; anywhere else a second one might stand beside the first."""
    refusal = translated(error)
    assert isinstance(refusal, CannotPost), "what passes is another try's"
    return refusal if refusal.reason in _CLOSED else not_known(refusal.scope)


def not_known(scope: str | None = None) -> CannotPost:
    """Nobody can find out whether a message was made, so it is not made again."""
    return CannotPost(
        "Slack did not let me look whether it took the message.", UNKNOWN, scope=scope
    )


def _said(error: SlackApiError) -> dict[str, object]:
    """slack_sdk's response, whose data is text when the server sent text; or the transport's own."""
    data = getattr(error.response, "data", error.response)
    return data if isinstance(data, dict) else {}


def status(error: SlackApiError) -> int:
    """HTTP's, whichever response slack_sdk put into the error; 0 where it has none."""
    response = error.response
    return int(getattr(response, "status_code", getattr(response, "status", 0)) or 0)
