"""How many slips of the pen lie between two words."""

from collections.abc import Iterator

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def slips(one: str, other: str, *, ending: int = 0) -> int:
    """The least number of letters put in, left out, mistaken or swapped with the next one that makes
    *one* of *other*: the distance of “optimal string alignment” (Damerau 1964). Of *one*, up to *ending*
    letters at its end need not be there: two forms of a word, or a stem, differ in these."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    best = len(one) + len(other)
    for place, letter in enumerate(one, 1):
        earlier, before, row = before, row, [place]
        for at, wanted in enumerate(other, 1):
            least = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (letter != wanted))
            if place > 1 < at and letter == other[at - 2] and one[place - 2] == wanted:
                least = min(least, earlier[at - 2] + 1)
            row.append(least)
        if place >= len(one) - ending:
            best = min(best, row[-1])
    return best


def one_slip_from(word: str) -> Iterator[str]:
    """Every row of letters one slip away from *word*, which keeps its first letter."""
    for place in range(1, len(word) + 1):
        head, tail = word[:place], word[place:]
        yield from (head + letter + tail for letter in _LETTERS)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
