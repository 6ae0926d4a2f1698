"""The nouns of knowledge and the rules that need no database."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Scope = Literal["workspace", "channel", "person"]
Media = Literal["pdf", "docx", "pptx", "xlsx", "csv", "html", "md", "txt", "eml"]

MAX_BYTES = 20 * 1024 * 1024
MAX_CHUNKS = 5_000
MAX_TITLE = 200
HEADING_SEPARATOR = " › "

# What people are told when a file is none of these; each with what such a file's name may end in.
KINDS_IN_WORDS = (
    "PDF, Word, PowerPoint, Excel, CSV, HTML, Markdown, plain text or saved mail (.eml)"
)
ENDINGS: dict[Media, tuple[str, ...]] = {
    "pdf": (".pdf",),
    "docx": (".docx", ".docm"),
    "pptx": (".pptx", ".pptm", ".ppsx"),
    "xlsx": (".xlsx", ".xlsm"),
    "csv": (".csv", ".tsv"),
    "html": (".html", ".htm", ".xhtml"),
    "md": (".md", ".markdown"),
    "txt": (".txt", ".text"),
    "eml": (".eml",),
}
_FILE_ENDING = re.compile(
    "(" + "|".join(re.escape(end) for ends in ENDINGS.values() for end in ends) + ")$",
    re.IGNORECASE,
)
_BETWEEN_WORDS = re.compile(r"[\s_.\-]+")


def audience_of(scope: Scope, owner_id: str = "", channel_id: str = "") -> str:
    """Who may see a document, in one word: where its words are counted."""
    if scope == "workspace":
        return "workspace"
    return f"channel:{channel_id}" if scope == "channel" else f"person:{owner_id}"


@dataclass(frozen=True, slots=True)
class Document:
    """A source as it was read in, without its text."""

    document_id: str
    title: str
    media: Media
    pages: int | None  # None when the format has none
    chunk_count: int
    scope: Scope
    owner_id: str  # the person it belongs to; empty for the workspace's and a channel's
    channel_id: str = ""  # the channel it belongs to; empty for any other
    # Who had it read in, a person or the operator: no part of what it is.
    added_by: str = field(default="", compare=False)

    @property
    def whose(self) -> tuple[Scope, str, str]:
        """What `Sight.shows` is asked about."""
        return self.scope, self.owner_id, self.channel_id

    @property
    def audience(self) -> str:
        return audience_of(*self.whose)


@dataclass(frozen=True, slots=True)
class Holding:
    """A document as an operator sees it: whose it is and what it takes, and nothing of what it says."""

    document_id: str
    title: str  # empty for what is not everybody's
    scope: Scope
    whose: str  # the person or the channel; empty for the workspace's
    chunk_count: int
    text_bytes: int
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Ingested:
    """What adding a file came to; not new when the very same content was there already."""

    document: Document
    is_new: bool
    replaces: bool = False  # it took the place of an earlier version, which had the same title
    outdated: bool = False  # a later version came meanwhile: *document* is that one
    notes: tuple[str, ...] = ()  # sentences about what of it could not be read


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document small enough to be found, embedded and quoted."""

    position: int  # from 0, in reading order
    heading: str  # the path of headings above it, "A › B"
    page: int | None
    text: str

    @property
    def embedded_text(self) -> str:
        """What the embedding is made of: a piece says little without the headings above it."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text


@dataclass(frozen=True, slots=True)
class Sight:
    """Which documents may be read: the workspace's or not, those of some channels, and one person's
    own (of nobody, if empty)."""

    workspace: bool = False
    channels: frozenset[str] = frozenset()
    person_id: str = ""

    @property
    def audiences(self) -> list[str]:
        """Where the words of these documents are counted (`count_lexemes_in`)."""
        found = [audience_of("workspace")] if self.workspace else []
        found += [audience_of("channel", "", channel) for channel in sorted(self.channels)]
        return [*found, audience_of("person", self.person_id)] if self.person_id else found

    def shows(self, scope: str, owner_id: str, channel_id: str = "") -> bool:
        """What is of no known scope is nobody's to see."""
        if scope == "workspace":
            return self.workspace
        if scope == "channel":
            return channel_id in self.channels
        return scope == "person" and bool(self.person_id) and owner_id == self.person_id


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and whether only that person can read the answer (a direct message).

    *here*: what everybody who reads the answer may see; *own*: what this person may see alone. Made by
    `core.knowledge.access.find_asker`, which asks Slack; without them no channel's documents are seen.
    *room_known*: whether it could be learnt who reads along. *unlearnt*: channels whose documents are
    left out of the answer because it could not be learnt whether this person is in them.
    """

    person_id: str
    private: bool
    here: Sight | None = None
    own: Sight | None = None
    room_known: bool = True
    unlearnt: frozenset[str] = frozenset()

    @property
    def alone(self) -> Sight:
        return self.own or Sight(workspace=True, person_id=self.person_id)

    @property
    def sight(self) -> Sight:
        """What may go into an answer."""
        return self.here or (self.alone if self.private else Sight(workspace=True))


@dataclass(frozen=True, slots=True)
class Within:
    """Which documents a search looks into; None means that any will do."""

    document_id: str | None = None
    # What their titles begin with, in whatever case: a folder ("handbook/"), or all of a title.
    title_start: str | None = None
    added_from: datetime | None = None
    added_before: datetime | None = None  # this moment not included


EVERYWHERE = Within()


@dataclass(frozen=True, slots=True)
class Finding:
    """A passage that supports an answer, with all a citation needs."""

    document_id: str
    title: str
    heading: str
    page: int | None
    text: str
    score: float  # fused rank score, larger is better; comparable within one search only
    first: int = 0  # positions of the first and the last chunk it is made of
    last: int = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search came to; empty when nothing the asker may see supports an answer."""

    found: tuple[Finding, ...]
    left_out: frozenset[str]  # documents the asker may see, and not all who read along
    lexical_only: bool  # True when meaning could not be compared, only words
    # How close a sentence of it has to come to the question, for a second look; None where none is needed.
    wanted: float | None = None
    read_as: str = field(default="", compare=False)  # the question, as it was understood
    nearest: str = ""  # the document that comes nearest, supporting or not; empty when none is near
    telling: int = field(
        default=0, compare=False
    )  # words of the question that say what it is about

    @property
    def withheld(self) -> int:
        return len(self.left_out)


def may_see(asker: Asker, scope: str, owner_id: str, channel_id: str = "") -> bool:
    """Only what everybody may see who reads the answer."""
    return asker.sight.shows(scope, owner_id, channel_id)


def clean_title(title: str) -> str:
    """One line of at most MAX_TITLE characters; never empty."""
    line = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    return line[:MAX_TITLE].strip() or "Untitled"


def title_words(title: str) -> str:
    """A title as words to search by: `parental-leave_2026.pdf` → `parental leave 2026`."""
    return _BETWEEN_WORDS.sub(" ", _FILE_ENDING.sub("", title)).strip()
