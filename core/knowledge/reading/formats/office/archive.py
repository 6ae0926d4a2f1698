"""The archive that an Office file is: opened in memory, never unpacked, and counted while read.

Names in it are keys to look up and nothing else: none of them ever becomes a path.
"""

import posixpath
import stat
import struct
import zipfile
from io import BytesIO

from core.knowledge.model import Media
from core.knowledge.reading.formats.reading import Unreadable

MAX_ENTRIES = 2_000
MAX_INFLATED = 100_000_000  # bytes
END_MARK = b"PK\x05\x06"
_ENTRY_MARK = b"PK\x03\x04"
_END = struct.Struct("<4s4H2LH")
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BLOCK = 256 * 1024
_MAIN_PARTS: dict[str, Media] = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
}
DAMAGED = "This Office file or archive is damaged and cannot be opened."


class Archive:
    """The parts of an Office file by their names."""

    def __init__(
        self, content: bytes, *, most: int = MAX_INFLATED, entries: int = MAX_ENTRIES
    ) -> None:
        """Raises Unreadable for what no program that writes Office files makes."""
        _check_frame(content, entries)
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            # The second is what `zipfile` raises for a newer zip than it can read.
            raise Unreadable(DAMAGED) from error
        self._left = most
        found = self._zip.infolist()
        if len(found) > entries:
            raise Unreadable(_too_many(entries))
        for entry in found:
            _check_entry(entry)
        if sum(entry.file_size for entry in found) > most:
            raise Unreadable(_too_large(most))
        self._entries = {entry.filename: entry for entry in found}
        if len(self._entries) != len(found):
            raise Unreadable("This file holds two parts of one name, so I did not read it.")
        self._refuse_archives()

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """One part. What it says of its size is not believed. Raises Unreadable."""
        held = bytearray()
        try:
            with self._zip.open(self._entries[name]) as part:
                while block := part.read(_BLOCK):
                    held += block
                    if len(held) > self._left:
                        raise Unreadable("This file unpacks to more than it says.")
        except KeyError:
            raise Unreadable(DAMAGED) from None
        self._left -= len(held)
        return bytes(held)

    def media(self) -> Media:
        """Raises Unreadable for an archive that is no Office file, or is two."""
        found = [media for part, media in _MAIN_PARTS.items() if part in self]
        if len(found) > 1:
            raise Unreadable("This file is two kinds of file at once, so I did not read it.")
        if not found:
            raise Unreadable("I cannot read archives. Take the files out and send me those.")
        return found[0]

    def resolve(self, part: str, target: str) -> str:
        """The part that *target* means, as written in *part*."""
        if target.startswith("/"):
            return target.lstrip("/")
        return posixpath.normpath(f"{posixpath.dirname(part)}/{target}")

    def _refuse_archives(self) -> None:
        """An archive in an archive is not opened; only what Office embeds may be there at all."""
        for entry in self._entries.values():
            if "/embeddings/" in entry.filename or not entry.file_size:
                continue
            with self._zip.open(entry) as part:
                if part.read(4) == _ENTRY_MARK:
                    raise Unreadable("This file has an archive inside, so I did not read it.")


def is_office_file(content: bytes) -> bool:
    """Whether it begins as an archive: which one it is takes opening it."""
    return content.startswith(_ENTRY_MARK)


def office_media(content: bytes) -> Media:
    """Raises Unreadable for an archive that is no Office file."""
    return Archive(content).media()


def _check_frame(content: bytes, entries: int) -> None:
    """Before anything is read: the last record says how much there is, and that nothing else is."""
    place = content.rfind(END_MARK)
    if place < 0 or place + _END.size > len(content):
        raise Unreadable(DAMAGED)
    _, disk, start, here, total, size, offset, comment = _END.unpack_from(content, place)
    if max(here, total) > entries:
        raise Unreadable(_too_many(entries))
    if (disk, start) != (0, 0) or place + _END.size + comment != len(content):
        raise Unreadable(DAMAGED)
    if offset + size != place:
        raise Unreadable("This file is two kinds of file at once, so I did not read it.")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    steps = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in steps or ":" in steps[0] or "\0" in name:
        raise Unreadable("This file has a part that wants to lie elsewhere, so I did not read it.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Unreadable("This file has a link to another file in it, so I did not read it.")
    if entry.flag_bits & _ENCRYPTED:
        raise Unreadable("This file is locked with a password.")
    if entry.compress_type not in _METHODS:
        raise Unreadable(DAMAGED)


def _too_many(entries: int) -> str:
    return f"This file is packed of more than {entries:,} parts, so I did not read it."


def _too_large(most: int) -> str:
    return f"This file unpacks to more than {most // 1_000_000} MB, so I did not read it."
