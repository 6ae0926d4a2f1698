"""The process that reads one untrusted file: content on standard input, JSON on standard output.

Started by `limited_reader`, alone in its session, with nothing of ours in its environment. It may
die of anything the file does to it; the answer is then that the file cannot be read.
"""

import json
import sys

from core.knowledge.model import MAX_BYTES, Media
from core.knowledge.reading.kinds import Unreadable, decode, media_of
from core.knowledge.reading.limits import restrict_this_process
from core.knowledge.reading.markup import html_to_markdown
from core.knowledge.reading.pdf import read_pdf

MAX_TEXT = 5_000_000  # characters
Parts = list[tuple[int | None, str]]


def read(content: bytes, name: str) -> tuple[Media, Parts, int | None]:
    """What the file is, its parts, and how many pages it has. Raises Unreadable."""
    media = media_of(content, name)
    parts: Parts
    if media == "pdf":
        pages, pdf_parts = read_pdf(content)
        parts = [(number, text) for number, text in pdf_parts]
        return media, _bounded(parts), pages
    text = decode(content)
    if len(text) > MAX_TEXT:
        raise Unreadable("This file has too much text in it. Split it and send me the parts.")
    parts = [(None, html_to_markdown(text) if media == "html" else text)]
    return media, _bounded(parts), None


def _bounded(parts: Parts) -> Parts:
    length = sum(len(text) for _, text in parts)
    if length > MAX_TEXT:
        raise Unreadable("This file has too much text in it. Split it and send me the parts.")
    if not any(text.strip() for _, text in parts):
        raise Unreadable("There is no text in this file.")
    return parts


def main() -> None:
    """Exit status 0, with either the parts or the reason they cannot be had."""
    restrict_this_process()
    try:
        media, parts, pages = read(sys.stdin.buffer.read(MAX_BYTES + 1), sys.argv[-1])
    except Unreadable as reason:
        json.dump({"unreadable": str(reason)}, sys.stdout)
    else:
        json.dump({"media": media, "parts": parts, "pages": pages}, sys.stdout)


if __name__ == "__main__":
    main()
