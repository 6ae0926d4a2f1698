"""What reading a file comes to: the same shape for every format, or the reason there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.knowledge.model import Media

MAX_TEXT = 5_000_000  # characters of one document
TOO_MUCH_TEXT = "This file has too much text in it. Split it and send me the parts."
LENGTH_BYTES = 8  # before each answer of the reading process
NO_TEXT = "There is no text in this file."

# The number of a page where the format has pages, and Markdown: headings, lists, tables, paragraphs.
Parts = list[tuple[int | None, str]]


class Unreadable(Exception):
    """The file cannot be read; the message says why, in words for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a file with their structure, and what of it could not be read."""

    media: Media
    parts: Parts
    pages: int | None = None  # None when the format has none
    notes: tuple[str, ...] = ()  # sentences for the person: scanned pages, attachments


def bounded(reading: Reading) -> Reading:
    """The same. Raises Unreadable when there is nothing in it, or more than one document may have."""
    if sum(len(text) for _, text in reading.parts) > MAX_TEXT:
        raise Unreadable(TOO_MUCH_TEXT)
    if not any(text.strip() for _, text in reading.parts):
        raise Unreadable(NO_TEXT)
    return reading


def first_names(names: Sequence[str], most: int) -> str:
    """For a sentence: at most so many, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
