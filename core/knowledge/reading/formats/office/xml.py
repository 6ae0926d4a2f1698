"""The XML of Office files: no document types, so no entities, and nothing is ever fetched.

Names are told without their namespaces: Office's two dialects differ in those alone.
"""

import io
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, XMLParser

from core.knowledge.reading.formats.office.archive import DAMAGED, Archive
from core.knowledge.reading.formats.reading import Unreadable

_STEP = 4_096


class _Begun(Exception):
    """The first element stands there: no document type can follow."""


class _Prologue:
    """What the parser meets before the first element."""

    def doctype(self, name: str, public: str, system: str) -> None:
        raise Unreadable("This Office file declares a document type, so I did not read it.")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        raise _Begun

    def close(self) -> None:
        """Nothing was built."""


def parsed(archive: Archive, part: str) -> Element:
    """A part as a tree. Raises Unreadable."""
    content = _checked(archive.read(part))
    try:
        return ElementTree.fromstring(content)  # noqa: S314  # without a document type, see above
    except ElementTree.ParseError:
        raise Unreadable(DAMAGED) from None


def each(archive: Archive, part: str, name: str) -> Iterator[Element]:
    """The elements of one name, one after the other: what was seen is let go of."""
    content = _checked(archive.read(part))
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(content)):  # noqa: S314
            if local(element) == name:
                yield element
                element.clear()
    except ElementTree.ParseError:
        raise Unreadable(DAMAGED) from None


def local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """An attribute by its local name; empty when there is none."""
    found = (value for key, value in element.items() if key.rpartition("}")[2] == name)
    return next(found, "")


def child(element: Element, *path: str) -> Element | None:
    """The first descendant along *path*."""
    for name in path:
        found = next((inner for inner in element if local(inner) == name), None)
        if found is None:
            return None
        element = found
    return element


def inside(element: Element, name: str) -> Iterator[Element]:
    """Every descendant of one name."""
    return (inner for inner in element.iter() if local(inner) == name)


def words(element: Element) -> str:
    """The text of all `t` in it."""
    return "".join(inner.text or "" for inner in inside(element, "t"))


def related(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """id → (kind, part) of what *part* refers to inside the archive."""
    folder, _, file = part.rpartition("/")
    listing = f"{folder}/_rels/{file}.rels"
    if listing not in archive:
        return {}
    return {
        attribute(entry, "Id"): (
            attribute(entry, "Type").rpartition("/")[2],
            archive.resolve(part, attribute(entry, "Target")),
        )
        for entry in parsed(archive, listing)
        if attribute(entry, "TargetMode") != "External"
    }


def _checked(content: bytes) -> bytes:
    parser = XMLParser(target=_Prologue())  # noqa: S314  # it stops at a document type
    try:
        for start in range(0, len(content), _STEP):
            parser.feed(content[start : start + _STEP])
    except _Begun:
        return content
    except ElementTree.ParseError:
        raise Unreadable(DAMAGED) from None
    raise Unreadable(DAMAGED)
