"""Pace: how often something may be done, by all processes together. Pure."""

from dataclasses import dataclass

from core.kernel.errors import Postponed


@dataclass(frozen=True, slots=True)
class Limit:
    """One slot every *interval* seconds, and *burst* of them at once after a rest.

    *bucket* is a keyed hash (64 hex digits): the table does not say whose pace it keeps.
    """

    bucket: str
    interval: float
    burst: int


@dataclass(frozen=True, slots=True)
class Slot:
    """Whether a slot was taken, and in how many seconds it comes (or would come)."""

    taken: bool
    seconds: float


class NotCarriedOut(Postponed):
    """No slot is free in time, the other side said “too many”, or nobody answers there at all: what
    was asked is surely not so, and may be asked again."""
