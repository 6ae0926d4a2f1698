"""The process that reads untrusted files: told of each on standard input, answering on standard output.

Started by `child_process`, alone in its session, with nothing of ours in its environment. It may
die of anything a file does to it; the answer is then that the file cannot be read.

A request is a line of JSON: how many bytes lie in the file it was given, and the ending of its
name. An answer is its length in eight bytes, then JSON: what was read, or why it cannot be.
"""

import importlib
import json
import os
import sys
from typing import Any

from core.knowledge.model import MAX_BYTES
from core.knowledge.ports import Block
from core.knowledge.reading.blocks import blocks_of
from core.knowledge.reading.confinement.confine import confine
from core.knowledge.reading.confinement.limits import allow_cpu
from core.knowledge.reading.formats.delimited import csv_to_markdown
from core.knowledge.reading.formats.kinds import charset_of_page, media_of
from core.knowledge.reading.formats.mail import read_mail
from core.knowledge.reading.formats.markup import html_to_markdown
from core.knowledge.reading.formats.office.archive import Archive
from core.knowledge.reading.formats.office.sheets import read_sheets
from core.knowledge.reading.formats.office.slides import read_slides
from core.knowledge.reading.formats.office.word import read_word
from core.knowledge.reading.formats.pdf import read_pdf
from core.knowledge.reading.formats.plain import decode
from core.knowledge.reading.formats.reading import (
    LENGTH_BYTES,
    MAX_TEXT,
    TOO_MUCH_TEXT,
    Reading,
    Unreadable,
    bounded,
)

TOO_MUCH_MEMORY = "Reading this file takes more memory than a file may take, so I stopped."
DAMAGED = "I could not read this file: it seems to be damaged."
# Python imports these when they are first needed, and by then no file can be opened any more.
_NEEDED_LATER = ("heapq", "encodings.raw_unicode_escape", "encodings.idna", "encodings.punycode")
_OFFICE = {"docx": read_word, "pptx": read_slides, "xlsx": read_sheets}


def read(content: bytes, name: str) -> Reading:
    """What the file is and what it says. Raises Unreadable."""
    media = media_of(content, name)
    if media == "pdf":
        return bounded(read_pdf(content))
    if media == "eml":
        return bounded(read_mail(content))
    if media in _OFFICE:
        return bounded(_OFFICE[media](Archive(content)))
    text = decode(content, charset_of_page(content) if media == "html" else "")
    if len(text) > MAX_TEXT:
        raise Unreadable(TOO_MUCH_TEXT)
    if media == "html":
        text = html_to_markdown(text)
    elif media == "csv":
        text = csv_to_markdown(text)
    return bounded(Reading(media, [(None, text)]))


def answer(content: bytes, name: str) -> dict[str, Any]:
    """Whatever a hostile file raises, it is an answer."""
    try:
        read_ = read(content, name)
        parts = [(page, [_written(b) for b in blocks_of(text)]) for page, text in read_.parts]
    except Unreadable as reason:
        return {"unreadable": str(reason)}
    except MemoryError:
        return {"unreadable": TOO_MUCH_MEMORY}
    except Exception:
        return {"unreadable": DAMAGED}
    return {
        "media": read_.media,
        "parts": parts,
        "pages": read_.pages,
        "notes": read_.notes,
    }


def _written(block: Block) -> tuple[str, str, int]:
    return block.kind, block.text, block.level


def main(service: int, file: int, cpu_seconds: int) -> None:
    """Answer *service* until standard input ends.

    *file*: where the content lies, whichever it is now; *cpu_seconds*: for each without pages.
    """
    for module in _NEEDED_LATER:
        importlib.import_module(module)
    confine(service)
    for line in sys.stdin.buffer:
        allow_cpu(cpu_seconds)
        request = json.loads(line)
        content = _content(file, min(request["size"], MAX_BYTES + 1))
        _say(answer(content, request["ending"]))


def _content(file: int, size: int) -> bytes:
    held = bytearray()
    while len(held) < size and (block := os.pread(file, size - len(held), len(held))):
        held += block
    return bytes(held)


def _say(words: dict[str, Any]) -> None:
    written = json.dumps(words).encode()
    sys.stdout.buffer.write(len(written).to_bytes(LENGTH_BYTES, "big") + written)
    sys.stdout.buffer.flush()
