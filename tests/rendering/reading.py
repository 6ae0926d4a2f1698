"""Read an answer back from its messages, as a person does who knows what a continuation looks like."""

from collections.abc import Iterator, Sequence

from handlers.blocks.markdown.layout import Layout, lines_of

LONGEST_CLOSING = 60


class Broken(AssertionError):
    """The messages do not say what they should."""


def hold_to(messages: Sequence[str], expected: str, limits: Sequence[int]) -> None:
    """Raise Broken unless *messages* are *expected*, cut in pieces, but for what may be added.

    Added may be: the end of a fence that was open where a message ends, its beginning in the next
    one, and a table's head again. *limits*: how long a message may be, in whose light it was cut.
    """
    layout, at, at_line_start = Layout(), 0, True
    for number, message in enumerate(messages):
        is_last = number == len(messages) - 1
        found = _body(message, expected, at, layout, at_line_start, limits, is_last=is_last)
        if found is None:
            at, layout, at_line_start, found = _behind_blank(
                message, expected, at, layout, limits, is_last=is_last
            )
        if found is None:
            context = f"message {number + 1} of {len(messages)}, at {at} of {len(expected)}"
            raise Broken(
                f"{context}: {message[:200]!r} is not {expected[at : at + 200]!r}, ends {message[-80:]!r}"
            )
        size = found
        body = expected[at : at + size]
        layout, at_line_start = _behind(layout, body)
        at += size
    if expected[at:].strip():
        raise Broken(f"left out: {expected[at : at + 200]!r}")


def _behind_blank(
    message: str, expected: str, at: int, layout: Layout, limits: Sequence[int], *, is_last: bool
) -> tuple[int, Layout, bool, int | None]:
    """A piece of nothing but white space is not sent."""
    blank = len(expected) - at - len(expected[at:].lstrip())
    for skipped in range(1, blank + 1):
        behind, at_line_start = _behind(layout, expected[at : at + skipped])
        found = _body(
            message, expected, at + skipped, behind, at_line_start, limits, is_last=is_last
        )
        if found is not None:
            return at + skipped, behind, at_line_start, found
    return at, layout, True, None


def _body(
    message: str,
    expected: str,
    at: int,
    layout: Layout,
    at_line_start: bool,
    limits: Sequence[int],
    *,
    is_last: bool,
) -> int | None:
    """How many characters of *expected* this message says; None when it says something else."""
    openings = {layout.opening(limit, at_line_start=at_line_start) for limit in limits}
    for opening in sorted(openings | {""}, key=len, reverse=True):
        if message.startswith(opening):
            rest = message[len(opening) :]
            if is_last and rest.rstrip() == expected[at:].rstrip():
                return len(expected) - at
            for size in _sizes(rest, expected[at : at + len(rest) + 1]):
                behind, ends_line = _behind(layout, expected[at : at + size])
                closing = behind.closing(at_line_start=ends_line)
                if rest[size:] == closing and not (is_last and expected[at + size :].strip()):
                    return size
    return None


def _sizes(rest: str, expected: str) -> Iterator[int]:
    pairs = enumerate(zip(rest, expected, strict=False))
    most = next((n for n, (a, b) in pairs if a != b), min(len(rest), len(expected)))
    yield from range(most, max(most - LONGEST_CLOSING, -1), -1)


def _behind(layout: Layout, body: str) -> tuple[Layout, bool]:
    """What is open behind *body*, and whether a new line begins there. A line that is cut in two
    leaves no table open, and what follows of it counts as a line of its own."""
    for line in lines_of(body):
        if line.endswith("\n"):
            layout = layout.after(line)
        else:
            return Layout(fence=layout.fence), False
    return layout, True
