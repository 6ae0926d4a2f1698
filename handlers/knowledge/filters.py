"""`/aegis kb search …`: the words a person types, read as what is looked for and where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from core.kernel.errors import Invalid
from core.knowledge.model import Within
from handlers.commands.filters import Unreadable, read_moment, shown

# As the command line names them (`aegis kb search --document …`).
NAMES = ("document", "in", "since", "before")
EXAMPLES = {
    "document": 'document:"Handbook.md"',
    "in": "in:handbook/",
    "since": "since:2026-01-31",
    "before": "before:2026-02-28",
}
# What people write elsewhere for one of them.
_MEANT = {
    **dict.fromkeys(("doc", "file", "name", "title"), "document"),
    **dict.fromkeys(("dir", "directory", "folder", "path"), "in"),
    **dict.fromkeys(("after", "from"), "since"),
    **dict.fromkeys(("till", "to", "until"), "before"),
}
_QUOTES = {'"': '"', "“": "[”“]", "„": "[“”]", "«": "»"}
_QUOTED = "|".join(f"{begin}([^{begin}]*?){end}" for begin, end in _QUOTES.items())
# A word, a colon and, at once or after a space, what may stand in quotation marks.
_FILTER = re.compile(rf"(?<!\S)(\w+):( ?)(?:(?:{_QUOTED})(?!\S)|(\S*))")
# Slack makes a link of what looks like one: “guide.md” comes as “guide.md (http://guide.md)”.
_MADE_LINK = re.compile(r"(?<!\S)(\S+) \(https?://([^)\s]+?)/?\)")
_SHORTEST_GUESS = 4  # of fewer letters nearly every word is like another one
_LIKENESS = 0.75


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for, and where. *document* is as they have written it."""

    words: str
    document: str
    within: Within

    @property
    def narrowed(self) -> bool:
        return bool(self.document) or self.within != Within()


def read_search(typed: str) -> Sought:
    """Raises Invalid, with an example of what would do."""
    typed = _MADE_LINK.sub(_unlinked, typed)
    found: dict[str, str] = {}
    left, end = [], 0
    for name, value, (first, last) in _filters(typed):
        if name in found:
            raise Invalid(f"I can go by one “{name}:” at a time, and it came twice.")
        found[name] = value
        left.append(typed[end:first])
        end = last
    words = " ".join("".join([*left, typed[end:]]).split())
    if not words:
        raise Invalid("Say what to search for, as in: /aegis kb search parental leave")
    return Sought(words, found.get("document", ""), _within(found))


def _filters(typed: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """(name, value, where it stands). Other words with a colon are words to search for."""
    for match in _FILTER.finditer(typed):
        name, space, *quoted, bare = match.groups("")
        name, value = name.lower(), "".join(quoted) or bare
        if name not in NAMES:
            _check_not_meant(name, "" if space else value)
            continue
        if not value.strip() or bare[:1] in _QUOTES:
            what = "is a quotation mark without its other one" if value.strip() else "is nothing"
            raise Invalid(f"After “{name}:” there {what}. Write it like this: {EXAMPLES[name]}")
        yield name, value.strip(), match.span()


def _check_not_meant(name: str, value: str) -> None:
    """Raises Invalid for what is nearly a filter: searched for as words, it would find anything."""
    near = get_close_matches(name, NAMES, n=1, cutoff=_LIKENESS)
    meant = _MEANT.get(name) or (near[0] if near and len(name) >= _SHORTEST_GUESS else "")
    if meant and value and not value.startswith("//"):
        also = " (that day itself is left out)" if meant == "before" else ""
        raise Invalid(
            f"I do not know “{shown(name)}:”. Did you mean “{meant}:”, as in {EXAMPLES[meant]}{also}? "
            f"There are {', '.join(f'{one}:' for one in NAMES)}."
        )


def _within(found: dict[str, str]) -> Within:
    since, before = (_moment(name, found.get(name)) for name in ("since", "before"))
    if since and before and since >= before:
        raise Invalid(
            "No day is both “since:” and “before:” those: the day of “before:” is the later."
        )
    return Within(None, found.get("in"), since, before)


def _moment(name: str, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return read_moment(value, datetime.now(UTC))
    except Unreadable as error:
        raise Invalid(f"{error} {name}:{error.about}") from None


def _unlinked(match: re.Match[str]) -> str:
    """What was typed, if the link is to nothing but that."""
    typed, address = match[1], match[2].casefold()
    return typed if typed.casefold().strip('"“”„«»').endswith(address) else match[0]
