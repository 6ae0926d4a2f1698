"""What Slack answers when it does not do what was asked."""

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

# Any of these may come of one call; slack_sdk lets the transport's own errors through.
CALL_ERRORS = (SlackClientError, aiohttp.ClientError, TimeoutError)

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
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)


def error_code(error: Exception) -> str:
    """Slack's own word for the error, or `http_STATUS`, or the exception's name."""
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    # slack_sdk's response, whose data is text when the server sent text; or the transport's own.
    data = getattr(error.response, "data", error.response)
    code = data.get("error") if isinstance(data, dict) else None
    status = getattr(error.response, "status_code", getattr(error.response, "status", 0))
    return str(code or f"http_{status}")


def is_not_served(error: Exception) -> bool:
    """The server does not know the method, or not for us: do without it from now on."""
    code = error_code(error)
    return code in _NOT_SERVED or code in ("http_404", "http_405", "http_501")


def is_passing(error: Exception) -> bool:
    """Slack was away or busy: what was asked may be so or not, and another try can tell."""
    code = error_code(error)
    if not isinstance(error, SlackApiError) or code in _PASSING:
        return True
    return code == "http_429" or code.startswith("http_5")


def is_about_arguments(error: Exception) -> bool:
    """The server does not take an argument that newer servers take."""
    code = error_code(error)
    return code.startswith(("invalid_arg", "invalid_metadata", "metadata_", "invalid_blocks"))
