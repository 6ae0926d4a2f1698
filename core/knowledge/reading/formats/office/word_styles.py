"""What Word's styles and lists mean: which paragraph is a heading, and what stands before an item."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from core.knowledge.reading.formats.office.archive import Archive
from core.knowledge.reading.formats.office.xml import attribute, child, inside, parsed

_HEADING = re.compile(r"heading ([1-9])", re.I)
_CONTENTS = re.compile(r"toc \d|toc heading|table of figures", re.I)
_BODY_LEVEL = 9  # an outline level from 0 to 8 is a heading's
_DEEPEST_STYLE = 20  # styles are based on styles


@dataclass(frozen=True, slots=True)
class Style:
    """What a style makes of a paragraph."""

    level: int = 0  # of a heading, from 1
    is_contents: bool = False  # an entry of a list of contents
    numbers: Element | None = None


class Styles:
    """The styles of a document by their ids. Names of built-in styles are English everywhere."""

    def __init__(self, archive: Archive) -> None:
        self._elements: dict[str, Element] = {}
        if "word/styles.xml" in archive:
            found = inside(parsed(archive, "word/styles.xml"), "style")
            self._elements = {attribute(style, "styleId"): style for style in found}

    def of(self, paragraph: Element) -> Style:
        """The style of a paragraph, with what it says itself."""
        style = self._find(style_id_of(paragraph))
        level = _outline(paragraph)
        return Style(level, style.is_contents, style.numbers) if level else style

    def hides(self, style_id: str) -> bool:
        """Whether what has this style, of a paragraph or of some words, is not shown in Word."""
        for element in self._lineage(style_id):
            if (vanishes := says_hidden(element)) is not None:
                return vanishes
        return False

    def _lineage(self, style_id: str) -> Iterator[Element]:
        """A style, the one that it is based on, and so on."""
        for _ in range(_DEEPEST_STYLE):
            element = self._elements.get(style_id)
            if element is None:
                return
            yield element
            style_id = _value(element, "basedOn")

    def _find(self, style_id: str) -> Style:
        numbers: Element | None = None
        for element in self._lineage(style_id):
            name = _value(element, "name")
            if numbers is None:
                numbers = child(element, "pPr", "numPr")
            if _CONTENTS.fullmatch(name):
                return Style(is_contents=True)
            if level := _level_of(name) or _outline(element):
                return Style(level, numbers=numbers)
        return Style(numbers=numbers)


class Numbering:
    """The lists of a document, and how far each has been counted."""

    def __init__(self, archive: Archive) -> None:
        self._formats: dict[tuple[str, str], str] = {}
        self._counted: Counter[tuple[str, int]] = Counter()
        if "word/numbering.xml" in archive:
            self._learn(parsed(archive, "word/numbering.xml"))

    def mark(self, paragraph: Element, style: Style) -> tuple[int, str] | None:
        """Depth of an item and what stands before it, or None for what is no item."""
        numbers = child(paragraph, "pPr", "numPr")
        if numbers is None:
            numbers = style.numbers
        if numbers is None:
            return None
        list_id, depth = _value(numbers, "numId"), _value(numbers, "ilvl") or "0"
        if list_id in ("", "0") or not depth.isdecimal():
            return None
        level = min(int(depth), 8)
        if self._formats.get((list_id, depth), "bullet") in ("bullet", "none"):
            return level, "-"
        self._counted[list_id, level] += 1
        for deeper in range(level + 1, 9):
            self._counted[list_id, deeper] = 0
        return level, f"{self._counted[list_id, level]}."

    def _learn(self, root: Element) -> None:
        formats = {
            (attribute(abstract, "abstractNumId"), attribute(level, "ilvl")): _value(
                level, "numFmt"
            )
            for abstract in inside(root, "abstractNum")
            for level in inside(abstract, "lvl")
        }
        for number in inside(root, "num"):
            abstract_id = _value(number, "abstractNumId")
            for (known, depth), format_ in formats.items():
                if known == abstract_id:
                    self._formats[attribute(number, "numId"), depth] = format_


def style_id_of(paragraph: Element) -> str:
    own = child(paragraph, "pPr", "pStyle")
    return attribute(own, "val") if own is not None else ""


def says_hidden(element: Element) -> bool | None:
    """Whether some words, or a style, say that they are not shown; None where they say nothing of it."""
    found = child(element, "rPr", "vanish")
    return None if found is None else attribute(found, "val") not in ("0", "false", "off")


def _value(parent: Element, name: str) -> str:
    found = child(parent, name)
    return attribute(found, "val") if found is not None else ""


def _outline(element: Element) -> int:
    """A heading's level by its place in the outline, from 1; 0 for none."""
    found = child(element, "pPr", "outlineLvl")
    value = attribute(found, "val") if found is not None else ""
    return int(value) + 1 if value.isdecimal() and int(value) < _BODY_LEVEL else 0


def _level_of(name: str) -> int:
    if name.lower() == "title":
        return 1
    found = _HEADING.fullmatch(name)
    return int(found[1]) if found else 0
