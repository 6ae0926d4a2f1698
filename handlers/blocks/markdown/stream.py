"""A streamed answer cut into messages as it grows: what was sent cannot be taken back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.kernel.addresses import NO_ADDRESSES, AllowedAddresses
from handlers.blocks.markdown.layout import Layout, is_rule, lines_of
from handlers.blocks.markdown.neutral import Neutralizer
from handlers.blocks.markdown.split import LEAST_LIMIT, MESSAGE_CHARACTERS

# From here on a message ends at the next blank line in open text.
NEARLY_FULL = 0.8
# A line that may be a fence's mark or a table's row is shown when it is whole.
_LINE_TO_HOLD = re.compile(
    r"(?:[\s>]|[-*+]\s|\d{1,3}[.)]\s){0,20}(?:[-*+]|\d{1,3}[.)]?|\|.*|`{1,2}|`{3,20}[^`]*|~.*)?"
)
_LONGEST_HELD = 2_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Text to append. With *new_message*, the message so far is finished first."""

    text: str
    new_message: bool = False


@dataclass(frozen=True, slots=True)
class Turnover:
    """*closing* is appended to the message that ends now, *opening* begins the next one."""

    closing: str
    opening: str


class StreamSplitter:
    """Feed it deltas; it gives pieces that can be sent, each message within *limit* characters."""

    def __init__(
        self, limit: int = MESSAGE_CHARACTERS, allowed: AllowedAddresses = NO_ADDRESSES
    ) -> None:
        if limit < LEAST_LIMIT:
            raise ValueError(f"a message needs at least {LEAST_LIMIT} characters")
        self._limit = limit
        self._neutralizer = Neutralizer(allowed)
        self._waiting = ""
        self._layout = Layout()  # behind the last whole line
        self._line = ""  # what was sent of the line that is being written
        self._was_blank = True
        self._used = 0

    def allow(self, allowed: AllowedAddresses) -> None:
        """From here on these addresses are the ones that may be links."""
        self._neutralizer.allowed = allowed

    def feed(self, delta: str) -> list[Piece]:
        """What can be sent now; empty when the end of the text is still undecided."""
        self._waiting += self._neutralizer.feed(delta)
        size = self._ready()
        ready, self._waiting = self._waiting[:size], self._waiting[size:]
        return self._place(ready)

    def flush(self) -> list[Piece]:
        """The rest, now that nothing follows."""
        ready, self._waiting = self._waiting + self._neutralizer.flush(), ""
        return self._place(ready)

    def roll(self) -> Turnover:
        """End the message here, for a reason of the caller's own, such as a stream's age."""
        at_line_start = not self._line
        layout = self._layout if at_line_start else Layout(fence=self._layout.fence)
        closing = layout.closing(at_line_start=at_line_start)
        opening = layout.opening(self._limit, at_line_start=at_line_start)
        self._layout, self._line, self._used = layout, "", len(opening)
        return Turnover(closing, opening)

    def _ready(self) -> int:
        """How much of what waits can be shown without a half mark, row or head of a table."""
        text = self._waiting
        size = len(text)
        start = text.rfind("\n") + 1
        if (start or not self._line) and size - start < _LONGEST_HELD:
            if _LINE_TO_HOLD.fullmatch(text, start):
                size = start
            head = text.rfind("\n", 0, max(start - 1, 0)) + 1
            begins = head or not self._line
            if size == start and begins and self._may_be_head(text[:head], text[head:start]):
                size = head
        return size

    def _may_be_head(self, before: str, line: str) -> bool:
        if is_rule(line) or not line.lstrip("> ").startswith("|"):
            return False
        return self._layout.after_all(before).is_open

    def _place(self, text: str) -> list[Piece]:
        pieces: list[Piece] = []
        for part in _parts(text):
            for piece in self._put(part):
                if pieces and not piece.new_message:
                    piece = Piece(pieces[-1].text + piece.text, pieces.pop().new_message)
                pieces.append(piece)
        return [piece for piece in pieces if piece.text or piece.new_message]

    def _put(self, part: str) -> Iterator[Piece]:
        if self._should_end_before(part):
            yield from self._turn()
        while len(part) > self._room(part):
            size = self._size_that_fits(part)
            if size:
                yield Piece(self._take(part[:size]))
                part = part[size:]
            yield from self._turn()
        yield Piece(self._take(part))

    def _size_that_fits(self, part: str) -> int:
        """Up to a space; in the middle of a word only when an empty message could not hold it."""
        room = max(self._room(part[:1]), 0)
        size = part.rfind(" ", 0, room) + 1
        return size if size or self._used > self._limit // 2 else room

    def _should_end_before(self, part: str) -> bool:
        if self._line or not self._used:
            return False
        if self._layout.is_open and self._was_blank and self._used > self._limit * NEARLY_FULL:
            return True
        return len(part) > self._room(part)

    def _room(self, part: str) -> int:
        """Characters left, when what *part* leaves open must still be closed."""
        behind = self._layout.after_all(self._line + part)
        longest = max(
            (layout.closing(at_line_start=False) for layout in (self._layout, behind)), key=len
        )
        return self._limit - self._used - len(longest)

    def _turn(self) -> Iterator[Piece]:
        turnover = self.roll()
        yield Piece(turnover.closing)
        yield Piece(turnover.opening, new_message=True)

    def _take(self, part: str) -> str:
        self._used += len(part)
        *whole, rest = (self._line + part).split("\n")
        for line in whole:
            self._layout = self._layout.after(line)
            self._was_blank = not line.strip()
        self._line = rest
        return part


def _parts(text: str) -> Iterator[str]:
    """Lines; the head of a table and the rule under it are one, so that no message ends between."""
    held = ""
    for line in lines_of(text):
        if held and is_rule(line):
            line, held = held + line, ""
        if held:
            yield held
            held = ""
        if line.count("\n") == 1 and "|" in line and not is_rule(line):
            held = line
        else:
            yield line
    if held:
        yield held
