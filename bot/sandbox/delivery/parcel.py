"""What is delivered to the app, and what comes back."""

from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.ids import new_id
from bot.sandbox.model.people import App, Workspace

Json = dict[str, Any]
ParcelKind = Literal["events", "commands", "interactivity"]
# Slack's own words for why a delivery failed (`x-slack-retry-reason`).
FailureReason = Literal["http_timeout", "http_error", "connection_failed", "unknown_error"]

# How long Slack waits for an acknowledgement, in seconds.
ANSWER_S = 3.0


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One payload on its way; `attempt` is 0 the first time, then counts the retries."""

    kind: ParcelKind
    payload: Json
    attempt: int = 0
    reason: FailureReason | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How the app took it. `body` is what it answered: words, an object, or nothing."""

    reason: FailureReason | None = None
    body: Json | str | None = None
    retry: bool = True

    @property
    def arrived(self) -> bool:
        """Whether the app acknowledged in time."""
        return self.reason is None


def envelope(app: App, workspace: Workspace, channel: Channel, event: Json) -> Json:
    """The `event_callback` around an event."""
    authorization = {
        "enterprise_id": None,
        "team_id": workspace.id,
        "user_id": workspace.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": app.verification_token,
        "team_id": workspace.id,
        "context_team_id": workspace.id,
        "context_enterprise_id": None,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(float(event["event_ts"])),
        "authorizations": [authorization],
        "is_ext_shared_channel": channel.shared_with is not None,
        "event_context": f"4-{new_id('E')}",
    }
