"""From what Slack sent to an addressed event: whose it is, which mailbox, which id. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from bot.intake.waking import LIFECYCLE, MESSAGES, SERVED, wakes
from core.jobs.model import Kind
from core.jobs.note_held_back import TASK
from core.lifecycle.model import INSTALLATION_MAILBOX

_KINDS: Mapping[object, Kind] = {
    "block_actions": "action",
    "view_submission": "view",
    "view_closed": "view",
    "shortcut": "shortcut",
    "message_action": "shortcut",
}


# Characters; the longest of Slack's, a trigger's id, has some sixty. What is much longer fits no index.
LONGEST_NAME = 500


class Malformed(ValueError):
    """The body is not something Slack sends."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose an event is, as Slack names it: a workspace, or a whole organization. *within*: the
    organization that the workspace has to be one of, where the payload alone does not show that."""

    id: str
    is_organization: bool = False
    within: str = ""

    def __post_init__(self) -> None:
        """Raises Malformed."""
        _refuse_no_names(self.id, self.within)


@dataclass(frozen=True, slots=True)
class Addressed:
    """An event that knows where it belongs; its origin is not yet known to be a tenant."""

    origin: Origin
    mailbox: str
    event_id: str
    kind: Kind
    wakes: bool = True

    def __post_init__(self) -> None:
        """Raises Malformed."""
        _refuse_no_names(self.mailbox, self.event_id)


def _refuse_no_names(*names: str) -> None:
    """Raises Malformed: PostgreSQL text holds no NUL and no index a long text, and no name of Slack's
    is like that."""
    if any("\0" in name or len(name) > LONGEST_NAME for name in names):
        raise Malformed("a name with NUL in it, or one that is none for its length")


def written(body: Mapping[str, Any]) -> str:
    """A payload as it is stored. Raises Malformed for one that is nested deeper than JSON is written:
    it can be read, and nobody else could pass it on."""
    try:
        return orjson.dumps(body).decode()
    except orjson.JSONEncodeError as error:
        raise Malformed("nested too deeply") from error


def address_event(envelope: dict[str, Any]) -> Addressed | None:
    """Address an `event_callback` envelope; None for what has no listener. Raises Malformed."""
    event, event_id = envelope.get("event"), envelope.get("event_id")
    if not isinstance(event, dict) or not isinstance(event_id, str) or not event_id:
        raise Malformed("no event in the envelope")
    kind, subtype = event.get("type"), event.get("subtype")
    if not isinstance(kind, str) or not isinstance(subtype, str | None):
        raise Malformed("an event of no kind")
    if kind not in SERVED:
        return None
    return Addressed(
        _origin_of_event(envelope, kind),
        _mailbox_of(event, event_id),
        event_id,
        "event",
        wakes(event, _bot_user_of(envelope)),
    )


def address_command(form: dict[str, Any]) -> Addressed:
    """Address a slash command. Raises Malformed."""
    team, command = form.get("team_id"), form.get("command")
    if not isinstance(team, str) or not isinstance(command, str):
        raise Malformed("not a slash command")
    event_id = f"command:{_once(form)}"
    return Addressed(Origin(team), event_id, event_id, "command")


def check_interaction(payload: Mapping[str, Any]) -> None:
    """Raises Malformed for what Bolt would stumble over: these are objects and the name of a menu is
    text, where they are there."""
    for name in ("team", "enterprise", "user", "channel"):
        if not isinstance(payload.get(name), dict | None):
            raise Malformed("an interaction with something else in the place of an object")
    if not isinstance(payload.get("action_id"), str | None):
        raise Malformed("a menu whose name is no text")


def address_interaction(payload: dict[str, Any]) -> Addressed | None:
    """Address a click, a modal or a shortcut; None for any other interaction. Raises Malformed."""
    origin = origin_of_interaction(payload)
    kind = _KINDS.get(_text(payload.get("type")))
    if kind is None:
        return None
    event_id = f"{kind}:{_once(payload)}"
    if kind == "shortcut":
        return Addressed(origin, event_id, event_id, kind)
    if kind == "view":
        view = _object(payload.get("view"))
        return Addressed(
            origin, f"view:{view.get('root_view_id') or view.get('id', '')}", event_id, kind
        )
    place = _object(payload.get("container"))
    if place.get("view_id"):  # at Home, or in a window: one person's, and no message's
        return Addressed(origin, f"view:{place['view_id']}", event_id, kind)
    mailbox = f"action:{place.get('channel_id', '')}:{place.get('message_ts', '')}"
    return Addressed(origin, mailbox, event_id, kind)


def address_rate_limit(body: dict[str, Any]) -> tuple[Addressed, int]:
    """Address an `app_rate_limited` notice, of which Slack sends one a minute; the minute's
    beginning in epoch seconds. Raises Malformed."""
    team, minute = body.get("team_id"), body.get("minute_rate_limited")
    if not isinstance(team, str) or not isinstance(minute, int):
        raise Malformed("no team or no minute in the notice")
    event_id = f"task:{TASK}:{minute}"
    return Addressed(Origin(team), event_id, event_id, "task"), minute


def origin_of_interaction(payload: dict[str, Any]) -> Origin:
    """The workspace in which something was clicked or asked for. Raises Malformed.

    A modal that was opened in a shared channel names the workspace the app is installed in. With an
    organization's installation it names the organization, `team` may be null, and the person's own
    workspace stands in for it; which is a stranger's where they are only guests of the channel.
    """
    installed = _text(_object(payload.get("view")).get("app_installed_team_id")) or ""
    if installed.startswith("T"):
        return Origin(installed)
    team = _text(_object(payload.get("team")).get("id"))
    of_organization = installed or _is_true(payload.get("is_enterprise_install"))
    if team and not (of_organization and team.startswith("E")):
        return Origin(team, within=installed)
    own = _text(_object(payload.get("user")).get("team_id"))
    if not of_organization or not own:
        raise Malformed("no team in the interaction")
    return Origin(
        own, within=installed or _text(_object(payload.get("enterprise")).get("id")) or ""
    )


def _origin_of_event(envelope: dict[str, Any], kind: str) -> Origin:
    """The workspace the app is installed in: in a shared channel the envelope may name another.

    An organization's authorization names no workspace; the envelope does. What happens to the
    installation of the organization itself is the organization's.
    """
    installed = _authorization(envelope)
    of_organization = _is_true(installed.get("is_enterprise_install"))
    fields = ("team_id", "context_team_id") if of_organization else ("team_id",)
    teams = [installed.get("team_id"), *(envelope.get(field) for field in reversed(fields))]
    named = [team for team in teams if isinstance(team, str)]
    if of_organization:
        named.sort(key=lambda team: team.startswith("E"))  # what is no workspace comes last
    if kind in LIFECYCLE and (of_organization or not named or named[0].startswith("E")):
        organization = installed.get("enterprise_id") or envelope.get("enterprise_id")
        if isinstance(organization, str):
            return Origin(organization, is_organization=True)
    if not named:
        raise Malformed("no team in the envelope")
    return Origin(named[0])


def _authorization(envelope: dict[str, Any]) -> dict[str, Any]:
    """The installation through which we hear of the event; empty when Slack does not say."""
    authorizations = envelope.get("authorizations")
    return _object(authorizations[0]) if isinstance(authorizations, list) and authorizations else {}


def _bot_user_of(envelope: dict[str, Any]) -> str | None:
    installed = _authorization(envelope)
    return _text(installed.get("user_id")) if installed.get("is_bot") else None


def _mailbox_of(event: dict[str, Any], event_id: str) -> str:
    """A thread is a mailbox, so its messages keep their order. A Stop must not wait in that line."""
    if event["type"] in MESSAGES:
        channel, ts = event.get("channel"), event.get("thread_ts") or event.get("ts")
        if isinstance(channel, str) and isinstance(ts, str):
            return f"{channel}:{ts}"
    return INSTALLATION_MAILBOX if event["type"] in LIFECYCLE else f"event:{event_id}"


def _once(body: dict[str, Any]) -> str:
    """What names one press of a button or one command: its trigger, else what was sent."""
    trigger = body.get("trigger_id")
    if isinstance(trigger, str) and trigger:
        return trigger
    return hashlib.sha256(repr(sorted(body.items())).encode()).hexdigest()


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _is_true(value: object) -> bool:
    """Forms carry it as a word."""
    return value is True or value == "true"
