"""From what Slack sent to an addressed event: which workspace, which mailbox, which id. Pure."""

import hashlib
from dataclasses import dataclass
from typing import Any

from core.jobs.model import Kind

# What has a listener; anything else that the app may be subscribed to is not stored at all.
_SERVED = frozenset({"message", "app_mention", "agent_session_stopped"})
# Edits, deletions and what bots say (ourselves included) start no work either.
_NOISE = frozenset(
    {"message_changed", "message_deleted", "message_replied", "bot_message", "channel_join"}
)


class Malformed(ValueError):
    """The body is not something Slack sends."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """An event that knows where it belongs; the team is not yet known to be a tenant."""

    team_id: str
    mailbox: str
    event_id: str
    kind: Kind

    def __post_init__(self) -> None:
        """Raises Malformed: PostgreSQL text holds no NUL, and no name of Slack's has one."""
        if any("\0" in name for name in (self.team_id, self.mailbox, self.event_id)):
            raise Malformed("a name with NUL in it")


def address_event(envelope: dict[str, Any]) -> Addressed | None:
    """Address an `event_callback` envelope; None for noise. Raises Malformed."""
    event, event_id = envelope.get("event"), envelope.get("event_id")
    if not isinstance(event, dict) or not isinstance(event_id, str) or not event_id:
        raise Malformed("no event in the envelope")
    kind, subtype = event.get("type"), event.get("subtype")
    if not isinstance(kind, str) or not isinstance(subtype, str | None):
        raise Malformed("an event of no kind")
    if kind not in _SERVED or event.get("bot_id") or subtype in _NOISE:
        return None
    return Addressed(_team_of(envelope), _mailbox_of(event, event_id), event_id, "event")


def address_command(form: dict[str, Any]) -> Addressed:
    """Address a slash command. Raises Malformed."""
    team, command = form.get("team_id"), form.get("command")
    if not isinstance(team, str) or not isinstance(command, str):
        raise Malformed("not a slash command")
    event_id = f"command:{_once(form)}"
    return Addressed(team, event_id, event_id, "command")


def address_action(payload: dict[str, Any]) -> Addressed | None:
    """Address a click; None for an interaction that we do not serve. Raises Malformed."""
    team = payload.get("team")
    if not isinstance(team, dict) or not isinstance(team.get("id"), str):
        raise Malformed("no team in the interaction")
    if payload.get("type") != "block_actions":
        return None
    container = payload.get("container")
    place = container if isinstance(container, dict) else {}
    mailbox = f"action:{place.get('channel_id', '')}:{place.get('message_ts', '')}"
    return Addressed(team["id"], mailbox, f"action:{_once(payload)}", "action")


def _team_of(envelope: dict[str, Any]) -> str:
    """The workspace the app is installed in: in a shared channel the envelope may name another."""
    authorizations = envelope.get("authorizations")
    if isinstance(authorizations, list) and authorizations:
        first = authorizations[0]
        if isinstance(first, dict) and isinstance(first.get("team_id"), str):
            return str(first["team_id"])
    team = envelope.get("team_id")
    if not isinstance(team, str):
        raise Malformed("no team in the envelope")
    return team


def _mailbox_of(event: dict[str, Any], event_id: str) -> str:
    """A thread is a mailbox, so its messages keep their order. A Stop must not wait in that line."""
    if event.get("type") in ("message", "app_mention"):
        channel, ts = event.get("channel"), event.get("thread_ts") or event.get("ts")
        if isinstance(channel, str) and isinstance(ts, str):
            return f"{channel}:{ts}"
    return f"event:{event_id}"


def _once(body: dict[str, Any]) -> str:
    """What names one press of a button or one command: its trigger, else what was sent."""
    trigger = body.get("trigger_id")
    if isinstance(trigger, str) and trigger:
        return trigger
    return hashlib.sha256(repr(sorted(body.items())).encode()).hexdigest()
