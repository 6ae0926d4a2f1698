"""Every delivery to the app: what was sent when, and how the app took it."""

from collections import deque
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from bot.sandbox.delivery.parcel import Answer, Parcel

KEPT_DELIVERIES = 100_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt. `sent_at` is in seconds since 1970; `status` is an HTTP status, `acked` over
    a socket, or why it failed. They are numbered as they end, not as they begin."""

    n: int
    event_id: str | None
    kind: str
    type: str
    workspace: str
    ts: str | None  # of the message the event tells of
    attempt: int
    retry_reason: str | None
    sent_at: float
    took_ms: float
    status: int | str

    def to_wire(self) -> dict[str, Any]:
        """The line of `GET /sandbox/deliveries`."""
        return asdict(self)


class DeliveryLog:
    """The last 100,000 deliveries."""

    def __init__(self) -> None:
        self.last = 0
        self._kept: deque[Delivery] = deque(maxlen=KEPT_DELIVERIES)

    def add(self, parcel: Parcel, answer: Answer, sent_at: float, took_s: float) -> None:
        """Number and keep one."""
        self.last += 1
        self._kept.append(
            Delivery(
                n=self.last,
                event_id=parcel.payload.get("event_id"),
                kind=parcel.kind,
                type=_type_of(parcel),
                workspace=parcel.workspace,
                ts=_ts_of(parcel),
                attempt=parcel.attempt,
                retry_reason=parcel.reason,
                sent_at=round(sent_at, 6),
                took_ms=round(took_s * 1_000, 3),
                status=answer.outcome,
            )
        )

    def after(self, n: int) -> list[Delivery]:
        """The kept deliveries with a higher number."""
        return list(islice(reversed(self._kept), max(self.last - n, 0)))[::-1]


def _type_of(parcel: Parcel) -> str:
    """The event's type, the command's name, or the kind of interaction."""
    payload = parcel.payload
    event = payload.get("event")
    named = event.get("type") if isinstance(event, dict) else None
    return str(named or payload.get("command") or payload.get("type") or "")


def _ts_of(parcel: Parcel) -> str | None:
    """What was said, if the event is about something new that was."""
    event = parcel.payload.get("event")
    return event.get("ts") if isinstance(event, dict) else None
