"""Word: paragraphs, headings, lists, tables and notes; heads, feet and contents lists left out."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from core.knowledge.reading.formats.markdown import heading, item, paragraph, table
from core.knowledge.reading.formats.office.archive import Archive
from core.knowledge.reading.formats.office.word_styles import (
    Numbering,
    Styles,
    says_hidden,
    style_id_of,
)
from core.knowledge.reading.formats.office.xml import attribute, child, inside, local, parsed
from core.knowledge.reading.formats.reading import Reading

_MAIN = "word/document.xml"
# Deleted words, where moved words stood, and what a field is computed from.
_SKIPPED = frozenset({"del", "moveFrom", "instrText", "delText", "Fallback", "rPr", "pPr", "tcPr"})
_NOTES = {"footnoteReference": "word/footnotes.xml", "endnoteReference": "word/endnotes.xml"}


def read_word(archive: Archive) -> Reading:
    """Raises Unreadable."""
    writer = _Writer(archive)
    body = child(parsed(archive, _MAIN), "body")
    blocks = writer.blocks(body) if body is not None else ()
    return Reading("docx", [(None, _joined(blocks))])


class _Writer:
    def __init__(self, archive: Archive) -> None:
        self._styles = Styles(archive)
        self._numbering = Numbering(archive)
        self._notes: dict[str, dict[str, str]] = {}  # none while they are read: no note has notes
        self._notes = {
            mark: self._read_notes(parsed(archive, part))
            for mark, part in _NOTES.items()
            if part in archive
        }

    def blocks(self, parent: Element) -> Iterator[str]:
        """Markdown of each paragraph and table below *parent*."""
        for element in parent:
            kind = local(element)
            if kind == "p":
                yield self._paragraph(element)
            elif kind == "tbl":
                yield table(self._rows(element))
            elif kind not in _SKIPPED and kind != "sectPr":
                yield from self.blocks(element)  # content controls, inserted paragraphs

    def _paragraph(self, element: Element) -> str:
        text = self._words(element)
        style = self._styles.of(element)
        if not text or style.is_contents:
            return ""
        if style.level:
            return heading(style.level, text)
        listed = self._numbering.mark(element, style)
        return item(text, depth=listed[0], mark=listed[1]) if listed else paragraph(text)

    def _rows(self, element: Element) -> Iterator[list[str]]:
        for row in inside_here(element, "tr"):
            yield [self._cell(cell) for cell in inside_here(row, "tc")]

    def _cell(self, cell: Element) -> str:
        """All words of a cell in a line; a table in it too."""
        lines = (self._words(inner) for inner in inside(cell, "p"))
        return " ".join(line for line in lines if line)

    def _words(self, paragraph: Element) -> str:
        """What is shown of it."""
        hides = self._styles.hides(style_id_of(paragraph))
        return "".join(self._runs(paragraph, hides)).strip()

    def _runs(self, parent: Element, hides: bool) -> Iterator[str]:
        """*hides*: whether its words are not shown unless they say so themselves."""
        for element in parent:
            kind = local(element)
            if kind == "t":
                yield element.text or ""
            elif kind in ("tab", "br", "cr"):
                yield " "
            elif kind == "noBreakHyphen":
                yield "-"
            elif kind in _NOTES:
                yield self._note(kind, attribute(element, "id"))
            elif kind == "p":  # of a text box
                yield f" {self._words(element)} "
            elif kind not in _SKIPPED and not (kind == "r" and self._is_hidden(element, hides)):
                yield from self._runs(element, hides)

    def _is_hidden(self, run: Element, hides: bool) -> bool:
        """Words that nobody sees in Word are not what the document says."""
        own = says_hidden(run)
        if own is not None:
            return own
        named = child(run, "rPr", "rStyle")
        return hides or (named is not None and self._styles.hides(attribute(named, "val")))

    def _read_notes(self, notes: Element) -> dict[str, str]:
        return {
            attribute(note, "id"): " ".join(filter(None, map(self._words, inside(note, "p"))))
            for note in notes
            if not attribute(note, "type")
        }

    def _note(self, kind: str, number: str) -> str:
        words = self._notes.get(kind, {}).get(number, "")
        return f" ({words})" if words else ""


def inside_here(parent: Element, name: str) -> Iterator[Element]:
    """Children of one name, also inside content controls and insertions."""
    for element in parent:
        if local(element) == name:
            yield element
        elif local(element) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from inside_here(element, name)


def _joined(blocks: Iterator[str] | tuple[()]) -> str:
    """Blocks apart from each other, items of one list together."""
    out: list[str] = []
    for block in blocks:
        if not block:
            continue
        out.append("\n" if out and is_item(block) and is_item(out[-1]) else "\n\n")
        out.append(block)
    return "".join(out).strip()


def is_item(block: str) -> bool:
    first = block.lstrip().split(" ", 1)[0]
    return first == "-" or (first.endswith(".") and first[:-1].isdecimal())
