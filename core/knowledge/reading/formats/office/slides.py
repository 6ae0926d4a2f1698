"""PowerPoint: a section for each slide in the order they are shown, with the speaker's notes."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from core.knowledge.reading.formats.markdown import heading, item, one_line, paragraph, table
from core.knowledge.reading.formats.office.archive import Archive
from core.knowledge.reading.formats.office.xml import (
    attribute,
    child,
    inside,
    local,
    parsed,
    related,
    words,
)
from core.knowledge.reading.formats.reading import Reading

_MAIN = "ppt/presentation.xml"
_TITLES = ("title", "ctrTitle")
_NOISE = ("dt", "ftr", "hdr", "sldNum", "sldImg")  # date, foot, head, number


def read_slides(archive: Archive) -> Reading:
    """Raises Unreadable."""
    known = related(archive, _MAIN)
    shown = child(parsed(archive, _MAIN), "sldIdLst")
    entries = shown if shown is not None else ()
    places = [known.get(_relation(entry), ("", ""))[1] for entry in entries]
    slides = [
        _slide(archive, part, number) for number, part in enumerate(places, 1) if part in archive
    ]
    return Reading("pptx", [(None, text) for text in slides])


def _relation(entry: Element) -> str:
    """A slide has an id of its own, and one of its relation: the one with a namespace."""
    found = (value for key, value in entry.items() if key.endswith("}id"))
    return next(found, "")


def _slide(archive: Archive, part: str, number: int) -> str:
    titles: list[str] = []
    blocks: list[str] = []
    links = related(archive, part)
    tree = child(parsed(archive, part), "cSld", "spTree")
    for shape in _shapes(tree) if tree is not None else ():
        if _place(shape) in _TITLES:
            titles.append(one_line(" ".join(_lines(shape))))
        elif _place(shape) not in _NOISE:
            blocks.append(_shape(shape) or _diagram(archive, shape, links))
    notes = [_notes(archive, target) for kind, target in links.values() if kind == "notesSlide"]
    title = " ".join(words for words in titles if words)
    head = heading(1, f"Slide {number}: {title}" if title else f"Slide {number}")
    return "\n\n".join(block for block in (head, *blocks, *notes) if block)


def _shapes(parent: Element) -> Iterator[Element]:
    for element in parent:
        kind = local(element)
        if _is_hidden(element):
            continue
        if kind in ("sp", "graphicFrame"):
            yield element
        elif kind in ("grpSp", "AlternateContent", "Choice"):
            yield from _shapes(element)


def _is_hidden(shape: Element) -> bool:
    """Taken off the slide by whoever made it: nobody sees it who opens the file."""
    named = (child(outer, "cNvPr") for outer in shape)
    return any(found is not None and attribute(found, "hidden") in ("1", "true") for found in named)


def _place(shape: Element) -> str:
    """What the layout holds this shape to be."""
    for outer in shape:
        found = child(outer, "nvPr", "ph")
        if found is not None:
            return attribute(found, "type") or "body"
    return ""


def _shape(shape: Element) -> str:
    drawn = next(inside(shape, "tbl"), None)
    if drawn is not None:
        rows = ([words_of(cell) for cell in inside(row, "tc")] for row in inside(drawn, "tr"))
        return table(rows)
    lines = [(line, _depth(each)) for each in _paragraphs(shape) if (line := words_of(each))]
    if len(lines) == 1:
        return paragraph(lines[0][0])
    return "\n".join(item(line, depth=depth) for line, depth in lines)


def _diagram(archive: Archive, shape: Element, links: dict[str, tuple[str, str]]) -> str:
    """The words of a drawing made of boxes (SmartArt), which lie in a part of their own."""
    found = next(inside(shape, "relIds"), None)
    if found is None:
        return ""
    part = links.get(attribute(found, "dm"), ("", ""))[1]
    if part not in archive:
        return ""
    boxes = (words_of(box) for box in inside(parsed(archive, part), "pt"))
    return "\n".join(item(line) for line in boxes if line)


def _notes(archive: Archive, part: str) -> str:
    if part not in archive:
        return ""
    shapes = (sp for sp in inside(parsed(archive, part), "sp") if _place(sp) == "body")
    said = one_line(" ".join(line for shape in shapes for line in _lines(shape)))
    return paragraph(f"Notes: {said}") if said else ""


def _paragraphs(shape: Element) -> Iterator[Element]:
    body = child(shape, "txBody")
    return inside(body, "p") if body is not None else iter(())


def _lines(shape: Element) -> Iterator[str]:
    return (words_of(each) for each in _paragraphs(shape))


def _depth(each: Element) -> int:
    found = child(each, "pPr")
    level = attribute(found, "lvl") if found is not None else ""
    return int(level) if level.isdecimal() else 0


def words_of(element: Element) -> str:
    """The words in it, paragraph by paragraph, on one line."""
    found = list(inside(element, "p"))
    return one_line(" ".join(words(each) for each in found or [element]))
