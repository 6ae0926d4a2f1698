"""The nouns of knowledge and the rules that need no database."""

import re
from dataclasses import dataclass, field
from typing import Literal

Scope = Literal["workspace", "person"]
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


@dataclass(frozen=True, slots=True)
class Document:
    """A source as it was read in, without its text."""

    document_id: str
    title: str
    media: Media
    pages: int | None  # None when the format has none
    chunk_count: int
    scope: Scope
    owner_id: str  # the person it belongs to; empty for the workspace's


@dataclass(frozen=True, slots=True)
class Ingested:
    """What adding a file came to; not new when the very same content was there already."""

    document: Document
    is_new: bool
    replaces: bool = False  # it took the place of an earlier version, which had the same title
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
class Asker:
    """Who asks, and whether only that person can read the answer (a direct message)."""

    person_id: str
    private: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A passage that supports an answer, with all a citation needs."""

    document_id: str
    title: str
    heading: str
    page: int | None
    text: str
    score: float  # fused rank score, larger is better; comparable within one search only


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search came to; empty when nothing the asker may see supports an answer."""

    found: tuple[Finding, ...]
    withheld: int  # documents of the asker's own, left out because others would read along
    lexical_only: bool  # True when meaning could not be compared, only words
    # By how much the best is nearer than it must be; None when meaning could not be compared.
    margin: float | None = None
    nearest: str = ""  # the document that comes nearest, supporting or not; empty when none is near
    telling: int = field(
        default=0, compare=False
    )  # words of the question that say what it is about


def may_see(asker: Asker, scope: str, owner_id: str) -> bool:
    """The workspace's documents for everyone; a person's own only where nobody reads along."""
    return scope == "workspace" or (asker.private and owner_id == asker.person_id)


def clean_title(title: str) -> str:
    """One line of at most MAX_TITLE characters; never empty."""
    line = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    return line[:MAX_TITLE].strip() or "Untitled"


def title_words(title: str) -> str:
    """A title as words to search by: `parental-leave_2026.pdf` → `parental leave 2026`."""
    return _BETWEEN_WORDS.sub(" ", _FILE_ENDING.sub("", title)).strip()
