"""Trigger ids: what lets an app open a modal, for three seconds and once."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass

TRIGGER_S = 3.0
_KEPT = 5_000


class BadTrigger(Exception):
    """Slack's word for a trigger that opens nothing."""


@dataclass
class Trigger:
    """Who did something; `until` is on the monotonic clock, in seconds."""

    workspace_id: str
    person_id: str
    until: float
    used: bool = False


class Triggers:
    """The last 5,000 triggers handed out."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Trigger] = OrderedDict()

    def issue(self, workspace_id: str, person_id: str, *, expired: bool = False) -> str:
        """A new trigger id; an expired one if that is what is wanted."""
        number = time.time_ns() // 1_000
        trigger_id = f"{number // 1_000_000}.{number % 1_000_000:06d}.{secrets.token_hex(16)}"
        until = time.monotonic() + (0.0 if expired else TRIGGER_S)
        self._known[trigger_id] = Trigger(workspace_id, person_id, until)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return trigger_id

    def exchange(self, trigger_id: str, workspace_id: str) -> str:
        """The id of the person it is for; from now on it is used.

        Raises:
            BadTrigger: `invalid_trigger_id`, `expired_trigger_id` or `exchanged_trigger_id`.
        """
        trigger = self._known.get(trigger_id)
        if trigger is None or trigger.workspace_id != workspace_id:
            raise BadTrigger("invalid_trigger_id")
        if trigger.used:
            raise BadTrigger("exchanged_trigger_id")
        if time.monotonic() >= trigger.until:
            raise BadTrigger("expired_trigger_id")
        trigger.used = True
        return trigger.person_id
