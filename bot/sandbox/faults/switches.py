"""Every trouble that can be switched on: one field each, with its unit and its meaning."""

import math
from dataclasses import asdict, dataclass, field, fields
from typing import Any

STREAM_AGE_S = 300.0
TOKEN_SECONDS = 43_200


class BadSwitch(Exception):
    """No such switch, or a value it does not take; the words say which."""


def _switch(default: Any, unit: str, meaning: str) -> Any:
    return field(default=default, metadata={"unit": unit, "meaning": meaning})


@dataclass(kw_only=True)
class Faults:
    """What is switched on now; the defaults are a Slack on a good day.

    Counts and seconds are not negative; a share is between 0 (never) and 1 (always).
    """

    duplicates: int = _switch(0, "count", "extra deliveries of each event, at the same time")
    reorder: float = _switch(0.0, "share", "of events held back before they are delivered")
    reorder_s: float = _switch(0.5, "seconds", "how long a held event waits")
    redeliver: float = _switch(
        0.0, "share", "of acknowledged events delivered once more, as a retry after http_timeout"
    )
    unreachable: bool = _switch(
        False, "on or off", "the app cannot be reached: every delivery is connection_failed"
    )
    rate_limits: bool = _switch(
        False, "on or off", "the tiers of methods.toml hold, and one chat.postMessage a second"
    )
    server_errors: float = _switch(0.0, "share", "of Web API calls answered 503, not carried out")
    lost_answers: float = _switch(
        0.0, "share", "of Web API calls carried out whose answer is cut off"
    )
    slow_s: float = _switch(0.0, "seconds", "how long each Web API call waits before its answer")
    stream_age_s: float = _switch(STREAM_AGE_S, "seconds", "how long a stream may live")
    expired_triggers: bool = _switch(
        False, "on or off", "trigger ids have expired when they reach the app"
    )
    drop_acks: float = _switch(
        0.0, "share", "of acknowledgements over a socket that are lost, so the envelope comes again"
    )
    half_open: bool = _switch(
        False,
        "on or off",
        "sockets open when this is switched on swallow everything from then on; later ones are sound",
    )
    too_many_websockets: bool = _switch(
        False, "on or off", "new sockets are turned away with too_many_websockets"
    )
    token_seconds: int = _switch(
        TOKEN_SECONDS, "seconds", "life of access tokens handed out with token rotation"
    )

    def to_wire(self) -> dict[str, Any]:
        """The values by name."""
        return asdict(self)

    def set(self, given: dict[str, Any]) -> None:
        """Set the switches named; all of them or, when one is wrong, none.

        Raises:
            BadSwitch: an unknown name, a wrong type, or a number outside its bounds.
        """
        checked = {name: self._checked(name, value) for name, value in given.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def _checked(self, name: str, value: Any) -> Any:
        known = {one.name: one for one in fields(self)}
        if name not in known:
            raise BadSwitch(f"Unknown: {name}. Known: seed, {', '.join(sorted(known))}.")
        default, unit = known[name].default, known[name].metadata["unit"]
        if isinstance(default, bool) != isinstance(value, bool):
            raise BadSwitch(f"`{name}` must be {'true or false' if unit == 'on or off' else unit}.")
        if isinstance(default, bool):
            return value
        if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise BadSwitch(f"`{name}` must be a number, 0 or more.")
        if isinstance(default, int) and value != int(value):
            raise BadSwitch(f"`{name}` must be a whole number.")
        if unit == "share" and value > 1:
            raise BadSwitch(f"`{name}` is a share: 0 to 1.")
        return int(value) if isinstance(default, int) else float(value)


def descriptions() -> list[dict[str, Any]]:
    """Each switch with its default, unit and meaning, in the order to show them in."""
    return [{"name": one.name, "default": one.default, **one.metadata} for one in fields(Faults)]
