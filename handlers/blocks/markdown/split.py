"""Cut a finished Markdown text into messages, at the places where a reader would."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from handlers.blocks.markdown.layout import Layout, is_rule, lines_of

# Slack allows 12,000 for all markdown blocks of a message together.
MESSAGE_CHARACTERS = 11_500
LEAST_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Cut:
    """*body* is the author's text; the other two keep it whole: a fence's marks, a table's head."""

    opening: str
    body: str
    closing: str

    @property
    def text(self) -> str:
        return self.opening + self.body + self.closing


@dataclass(frozen=True, slots=True)
class _Place:
    size: int
    layout: Layout
    is_blank: bool = False


def split_markdown(text: str, limit: int = MESSAGE_CHARACTERS) -> list[str]:
    """Messages of at most *limit* characters that render like the whole. Raises ValueError."""
    return [cut.text for cut in cut_markdown(text, limit) if cut.body.strip()]


def cut_markdown(text: str, limit: int = MESSAGE_CHARACTERS) -> list[Cut]:
    """As `split_markdown`, with what was added kept apart: the bodies add up to *text*."""
    if limit < LEAST_LIMIT:
        raise ValueError(f"a message needs at least {LEAST_LIMIT} characters")
    cuts: list[Cut] = []
    layout, opening = Layout(), ""
    while len(opening) + len(text) > limit:
        place = _place_to_cut(text, layout, limit - len(opening))
        body, text, layout = text[: place.size], text[place.size :], place.layout
        at_line_start = body.endswith("\n")
        cuts.append(Cut(opening, body, layout.closing(at_line_start=at_line_start)))
        opening = layout.opening(limit, at_line_start=at_line_start)
    cuts.append(Cut(opening, text, ""))
    return cuts


def _place_to_cut(text: str, layout: Layout, room: int) -> _Place:
    """The last blank line in the second half, else the last line end, else a space."""
    outside: _Place | None = None
    inside: _Place | None = None
    blank: _Place | None = None
    for place in _line_ends(text, layout, room):
        if place.is_blank and place.size >= room // 2:
            blank = place
        if place.layout.is_open:
            outside = place
        else:
            inside = place
    if blank or (outside and outside.size >= room // 2):
        return blank or outside or _within_line(text, layout, room)
    return inside or outside or _within_line(text, layout, room)


def _line_ends(text: str, layout: Layout, room: int) -> Iterator[_Place]:
    """The line ends within *room* at which a cut would break nothing."""
    size = 0
    for line, following in pairwise([*lines_of(text[: room + 1]), ""]):
        before, layout = layout, layout.after(line)
        size += len(line)
        if size + len(layout.closing(at_line_start=True)) > room or not line.endswith("\n"):
            return
        if is_rule(following) or (layout.fence and not before.fence) or is_rule(line):
            continue  # a head without its table, a fence without its code
        yield _Place(size, layout, is_blank=layout.is_open and not line.strip())


def _within_line(text: str, layout: Layout, room: int) -> _Place:
    """Behind the last space of a line longer than a message; anywhere when it has none.

    Whole lines may come before it: a fence's mark that no line of code fits behind.
    """
    most = room
    while True:
        size = text.rfind(" ", room // 2, most) + 1 or most
        whole = text.rfind("\n", 0, size) + 1
        kept = Layout(fence=layout.after_all(text[:whole]).fence)
        spare = room - len(kept.closing(at_line_start=whole == size)) - size
        if spare >= 0:
            return _Place(size, kept)
        most = size + spare
