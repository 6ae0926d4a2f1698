"""What a model writes may be read, and nothing else: it pings nobody and loads nothing.

Slack's own tokens (`<!channel>`, `<@U…>`, `<#C…>`, `@here`) are broken by a zero-width space;
images become words, because showing one fetches an address a model was perhaps tricked into;
links stay when they are http, https or mailto, and are plain text otherwise. The rules look at
characters alone and hold inside code too: whether Slack takes a line for code is not ours to know.
"""

import re

from core.gateway.foreign_text import JOINERS, without_invisible

BREAK = "\u200b"

_BROADCASTS = ("channel", "here", "everyone")
_SAFE_SCHEME = r"(?!(?:https?|mailto):)"
# Where a link's address starts, up to the character that tells what it is. Entities and
# backslashes could spell a scheme in disguise, so they count as one.
_ADDRESS = r"[^:&\\)\s/?#]"
_TAIL = r"(?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,300}\])"

_TOKEN = re.compile(
    rf"(?P<image>!\[(?P<alt>[^\]]{{0,300}})\]{_TAIL}?)"
    r"|(?P<exclamation>!(?=\[))"
    rf"|(?P<link>\](?=[(:]\s{{0,20}}<?{_SAFE_SCHEME}(?:{_ADDRESS}{{0,64}}[:&\\]|{_ADDRESS}{{65}})))"
    rf"|(?P<angle><(?=[!@#]|{_SAFE_SCHEME}[a-zA-Z][a-zA-Z0-9+.\-]{{1,31}}:(?!:)))"
    rf"|(?P<at>@(?={'|'.join(_BROADCASTS)}))",
    re.IGNORECASE,
)


def _beginnings(word: str) -> str:
    """A pattern for every proper beginning of *word*, the empty one too."""
    return "|".join(word[:size] for size in range(len(word) - 1, -1, -1))


# The end of a text that the next characters may turn into one of the tokens above. Every proper
# beginning of a token must be here: the tests cut texts everywhere to hold it to that.
_UNDECIDED = re.compile(
    r"(?:!"
    r"|!\[[^\]]{0,300}\]?"
    r"|!\[[^\]]{0,300}\](?:\([^)\n]{0,2000}|\[[^\]\n]{0,300})"
    rf"|\](?:[(:]\s{{0,20}}<?{_ADDRESS}{{0,64}})?"
    r"|<(?:[a-zA-Z][a-zA-Z0-9+.\-]{0,31}:?)?"
    rf"|@(?:{'|'.join(map(_beginnings, _BROADCASTS))})"
    r")\Z",
    re.IGNORECASE,
)
_LONGEST_TOKEN = 2_400


def neutral(markdown: str) -> str:
    """*markdown* without anything that pings, loads, runs or hides."""
    neutralizer = Neutralizer()
    return neutralizer.feed(markdown) + neutralizer.flush()


class Neutralizer:
    """`neutral` for a text that arrives in pieces: the result does not depend on the cuts."""

    def __init__(self) -> None:
        self._unseen = ""
        self._last_seen = ""
        self._waiting = ""

    def feed(self, delta: str) -> str:
        """What can be shown now; an end that may still become a token waits for the next call."""
        text = self._unseen + delta
        size = len(text)
        while size and not _is_seen(text[size - 1]):
            size -= 1
        self._unseen = text[size:]
        self._waiting += self._visible(text[:size])
        return self._release(_decided(self._waiting))

    def flush(self) -> str:
        """What was still waiting, now that nothing follows."""
        self._waiting += self._visible(self._unseen)
        self._unseen = self._last_seen = ""
        return self._release(len(self._waiting))

    def _visible(self, text: str) -> str:
        shown = without_invisible(self._last_seen + text)[len(self._last_seen) :]
        self._last_seen = shown[-1:] or self._last_seen
        return shown

    def _release(self, size: int) -> str:
        # Tokens are looked for in all that is known, since what follows decides what one is.
        text, done, ready = self._waiting, 0, []
        for token in _TOKEN.finditer(text):
            if token.start() >= size:
                break
            ready += [text[done : token.start()], _harmless(token)]
            done = token.end()
        self._waiting = text[max(size, done) :]
        return "".join([*ready, text[done:size]])


def _is_seen(character: str) -> bool:
    """Whether it stays whatever follows: not so a joiner, nor what may be half of a line end."""
    return character not in JOINERS + "\r" and without_invisible(character) != ""


def _decided(text: str) -> int:
    """How many characters of *text* no later character can change."""
    match = _UNDECIDED.search(text, max(len(text) - _LONGEST_TOKEN, 0))
    return match.start() if match else len(text)


def _harmless(token: re.Match[str]) -> str:
    if token["image"]:
        alt = _TOKEN.sub(_harmless, " ".join(token["alt"].replace("[", " ").split()))
        # The break keeps these brackets from becoming the address of a link before them.
        return f"{BREAK}(image: {alt})" if alt else f"{BREAK}(image)"
    return token[0] + BREAK
