"""What is delivered to the app, and what comes back."""

from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
ParcelKind = Literal["events", "commands", "interactivity"]
# Slack's own words for why a delivery failed (`x-slack-retry-reason`).
FailureReason = Literal["http_timeout", "http_error", "connection_failed", "unknown_error"]

# How long Slack waits for an acknowledgement, in seconds.
ANSWER_S = 3.0


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One payload on its way; `attempt` is 0 the first time, then counts the retries.

    `workspace` is the short name, for the list of deliveries; an organization has one too.
    """

    kind: ParcelKind
    payload: Json
    workspace: str = ""
    attempt: int = 0
    reason: FailureReason | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How the app took it. `body` is what it answered: words, an object, or nothing;
    `status` the HTTP status, if there was one."""

    reason: FailureReason | None = None
    body: Json | str | None = None
    retry: bool = True
    status: int | None = None

    @property
    def outcome(self) -> int | str:
        """The HTTP status, `acked` over a socket, or why it failed."""
        return self.status or self.reason or "acked"

    @property
    def arrived(self) -> bool:
        """Whether the app acknowledged in time."""
        return self.reason is None
