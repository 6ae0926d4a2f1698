"""A document on its way in, and how much a tenant may keep. Pure."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from core.kernel.errors import NotFound, Refused
from core.knowledge.model import Scope

ArrivalState = Literal["queued", "reading", "indexing", "ready"]

# How far it is: chunks that are indexed, and all of them. None of none: it is being read.
Progress = Callable[[int, int], Awaitable[None]]


async def unseen(done: int, of: int) -> None:
    """The progress that nobody looks at."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document on its way in: whose it will be, and how far it is. *place* is in which order they
    came: of two with one title the later one stays."""

    document_id: str
    title: str
    scope: Scope
    owner_id: str  # the person it will belong to; empty for the workspace's and a channel's
    added_by: str
    channel_id: str = ""  # the channel it will belong to; empty for any other
    state: ArrivalState = "queued"
    place: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """What documents take: how many they are, their chunks, and the bytes of their text."""

    documents: int
    chunks: int
    text_bytes: int

    def __add__(self, other: "Held") -> "Held":
        return Held(
            self.documents + other.documents,
            self.chunks + other.chunks,
            self.text_bytes + other.text_bytes,
        )


@dataclass(frozen=True, slots=True)
class Quota:
    """The most that one tenant keeps, whoever adds it."""

    documents: int = 10_000
    chunks: int = 250_000
    text_bytes: int = 500_000_000


class Withdrawn(NotFound):
    """It was forgotten before it was a document: whoever works on it ends, and says nothing more."""

    def __init__(self) -> None:
        super().__init__("This file was forgotten while it was being read.")


_REMEDY = "Forget what is not needed any more, or ask whoever runs AEGIS for more room."


def check_room(quota: Quota, held: Held) -> None:
    """*held*: with what is to come. Raises Refused, in words, when it is more than the quota."""
    if held.documents > quota.documents:
        reached = f"{quota.documents:,} document{'' if quota.documents == 1 else 's'}"
    elif held.chunks > quota.chunks:
        reached = f"{quota.chunks:,} passages"
    elif held.text_bytes > quota.text_bytes:
        reached = f"{quota.text_bytes / 1_000_000:,.0f} MB of text"
    else:
        return
    raise Refused(
        f"There is no room for it: this workspace keeps at most {reached}, all files together. "
        + _REMEDY
    )
