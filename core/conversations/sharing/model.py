"""An answer as it is kept, and whether it may be shared. Pure."""

from dataclasses import dataclass

from core.conversations.model import About, DrewOn, Source
from core.kernel.errors import NotFound, Refused

GONE = "That answer is no longer kept, so it cannot be shared."
NOT_YOURS = "Only whoever asked can share this answer."
NOT_READY = "There is no whole answer to share here."
OWN = (
    "This answer draws on what only you may read: your own documents, or what I keep about you. "
    "So I do not share it. Ask again where the others read along, and I answer with what is theirs too."
)
CHANGED = (
    "Something that this answer draws on, a document or what is kept about the company, is not there for "
    "everybody any more, so I do not share it. Please ask again."
)
NOT_THEIRS = (
    "Not everybody in that channel may see what this answer draws on, or I cannot tell who is there, so I "
    "do not share it."
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer and what sharing it depends on. *model* is empty when no model came to its end."""

    turn_id: str
    agent: str
    question: str
    person_id: str
    state: str
    answer: str
    sources: tuple[Source, ...]
    model: str
    about: About | None
    drew_on: DrewOn | None

    @property
    def is_whole(self) -> bool:
        return self.state in ("answered", "done") and bool(self.model and self.answer.strip())

    def check(self, person_id: str, drawn: "DrawnNow") -> About:
        """Where it may be shared by that person. Raises Refused, NotFound."""
        if self.person_id != person_id:
            raise Refused(NOT_YOURS)
        if self.about is None or not self.is_whole:
            raise NotFound(NOT_READY)
        if self.drew_on is None or drawn.own:
            raise Refused(OWN)
        if drawn.gone:
            raise Refused(CHANGED)
        if drawn.closed:
            raise Refused(NOT_THEIRS)
        return self.about


@dataclass(frozen=True, slots=True)
class DrawnNow:
    """What an answer draws on, as it is by now: *own* is somebody's alone, *gone* is nobody's, *closed*
    is for others than those who would read it."""

    own: bool
    gone: bool
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A message of one try to share, as the outbox knows it. The last part of its *key* counts them."""

    key: str
    state: str
    message_ts: str | None
    reason: str

    @property
    def is_first(self) -> bool:
        return self.key.endswith(":0")
