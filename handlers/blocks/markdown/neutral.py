"""What a model writes may be read, and nothing else: it pings nobody, loads nothing, leads nowhere.

Slack's own tokens (`<!channel>`, `<@U…>`, `<#C…>`, `@here`, `#general`) are broken by a zero-width
space; images become words, because showing one fetches an address a model was perhaps tricked into.
A link stays when somebody else than the model has named its address (`AllowedAddresses`); every
other address is shown as text that no client takes for one, since whoever follows it carries out
what it spells. The rules look at characters alone, and most hold inside code too: whether Slack
takes a line for code is not ours to know.
"""

import re

from core.gateway.foreign_text import JOINERS, without_invisible
from core.kernel.addresses import LONGEST_ADDRESS, NO_ADDRESSES, AllowedAddresses
from handlers.blocks.markdown.links import BREAK, HAIR, Where, inert, inert_whole
from handlers.blocks.markdown.tokens import TOKEN, undecided


def neutral(markdown: str, allowed: AllowedAddresses = NO_ADDRESSES) -> str:
    """*markdown* without anything that pings, loads, links, runs or hides.

    Only links to *allowed* addresses stay.
    """
    neutralizer = Neutralizer(allowed)
    return neutralizer.feed(markdown) + neutralizer.flush()


def neutral_name(name: str) -> str:
    """A name that a person gave, such as a file's, made as harmless.

    `handbook.md` stays whole, though a client may take it for a host: no model has invented it.
    """
    return _all_harmless(without_invisible(name), NO_ADDRESSES, "span")


class Neutralizer:
    """`neutral` for a text that arrives in pieces: the result does not depend on the cuts.

    *allowed* may grow between two pieces; what was shown before stays as it was.
    """

    def __init__(self, allowed: AllowedAddresses = NO_ADDRESSES) -> None:
        self.allowed = allowed
        self._fences = _Fences()
        self._spans = _Spans()
        self._unseen = ""
        self._last_seen = ""
        self._before = ""  # the character before what waits: it tells where a word or a line begins
        self._waiting = ""

    def feed(self, delta: str) -> str:
        """What can be shown now; an end that may still become a token waits for the next call."""
        text = self._unseen + delta
        size = len(text)
        while size and not _is_seen(text[size - 1]):
            size -= 1
        self._unseen = text[size:]
        self._waiting += self._visible(text[:size])
        known = self._before + self._waiting
        return self._release(undecided(known, len(self._before)))

    def flush(self) -> str:
        """What was still waiting, now that nothing follows."""
        self._waiting += self._visible(self._unseen)
        self._unseen = self._last_seen = ""
        return self._release(len(self._before + self._waiting))

    def _visible(self, text: str) -> str:
        shown = without_invisible(self._last_seen + text)[len(self._last_seen) :]
        self._last_seen = shown[-1:] or self._last_seen
        return shown

    def _release(self, size: int) -> str:
        # Tokens are looked for in all that is known, since what follows decides what one is.
        text, done, ready = self._before + self._waiting, len(self._before), list[str]()
        for token in TOKEN.finditer(text, done):
            if token.start() >= size:
                break
            ready += [text[done : token.start()], self._harmless(token)]
            done = token.end()
        size = max(size, done)
        ready.append(text[done:size])
        self._before, self._waiting = text[:size][-1:], text[size:]
        return "".join(ready)

    def _harmless(self, token: re.Match[str]) -> str:
        if token["fence"] is not None:
            self._fences.see(token)
            return token["lead"] + token["marks"] + self._inside(token["info"] or "", "open")
        if token["code"] is not None and not self._fences.is_open:
            where: Where = "span" if self._spans.are_clear(token) else "open"
            return token["ticks"] + self._inside(token["code"], where) + token["ticks"]
        if token["stray"] or "~~~" in (token["run"] or ""):
            self._fences.doubt()
        self._spans.see(token)
        return _harmless(token, self.allowed, "fence" if self._fences.is_open else "open")

    def _inside(self, text: str, where: Where) -> str:
        return _all_harmless(text, self.allowed, where)


class _Fences:
    """Whether a place is surely in a code fence, whichever rules a client has for them.

    Only fences of backticks without anything before them count, and none any more after the first
    marks that one client may take for those of a fence and another not, or that stand at the start
    of a line once a long one is cut.
    """

    def __init__(self) -> None:
        self._marks = ""
        self._is_clear = True

    @property
    def is_open(self) -> bool:
        return self._is_clear and self._marks != ""

    def doubt(self) -> None:
        self._is_clear = False

    def see(self, fence: re.Match[str]) -> None:
        marks, info = fence["marks"], fence["info"]
        if fence["lead"] or marks[0] == "~" or info is None:
            self.doubt()
        elif not self._marks:
            self._marks = marks
        elif marks.startswith(self._marks) and not info.strip():
            self._marks = ""


class _Spans:
    """Whether a pair of backticks is surely one: none stands alone before it in its paragraph, and
    no cell of a table ends between the two."""

    def __init__(self) -> None:
        self._is_clear = True

    def are_clear(self, span: re.Match[str]) -> bool:
        return self._is_clear and "|" not in span["code"]

    def see(self, token: re.Match[str]) -> None:
        if token["tick"] or token["stray"]:
            self._is_clear = False
        elif token["blank"]:
            self._is_clear = True


def _is_seen(character: str) -> bool:
    """Whether it stays whatever follows: not so a joiner, nor what may be half of a line end."""
    return character not in JOINERS + "\r" and without_invisible(character) != ""


def _all_harmless(text: str, allowed: AllowedAddresses, where: Where) -> str:
    return TOKEN.sub(lambda token: _harmless(token, allowed, where), text)


def _harmless(token: re.Match[str], allowed: AllowedAddresses, where: Where) -> str:
    match token.lastgroup:
        case "run":
            return _run(token, allowed, where)
        case "image":
            return _image(token["alt"], allowed)
        case "code":
            code = _all_harmless(token["code"], allowed, where)
            return token["ticks"] + code + token["ticks"]
        case "link":
            if allowed.allows(token["address"]):
                return token[0]
            return f"]{BREAK}({_all_harmless(token['address'], allowed, where)})"
        case "definition":
            before = token[0][: token.start("name") - token.start()]
            label = _all_harmless(token["name"], allowed, where)
            return f"{before}{label}]" + ("" if where == "fence" else BREAK)
        case "tag" | "angle":
            return token[0] if where == "fence" and not _is_slacks(token) else token[0] + BREAK
        case "dot":
            return HAIR + token[0]
        case "fence" | "stray" | "tick" | "blank":
            return token[0]
    return token[0] + BREAK


def _image(alt: str, allowed: AllowedAddresses) -> str:
    """The break keeps these brackets from becoming the address of a link before them."""
    alt = _all_harmless(" ".join(alt.replace("[", " ").split()), allowed, "open")
    return f"{BREAK}(image: {alt})" if alt else f"{BREAK}(image)"


def _is_slacks(angle: re.Match[str]) -> bool:
    """Whether it begins a token of Slack's own, not an element of HTML."""
    return angle.string[angle.end() : angle.end() + 1] in ("!", "@", "#")


def _run(token: re.Match[str], allowed: AllowedAddresses, where: Where) -> str:
    run, following = token[0], token.string[token.end() : token.end() + 1]
    if len(run) >= LONGEST_ADDRESS:
        return inert_whole(run)
    if following == "!" and run.lower().endswith(("&lt", "&lt;")):
        head, _, tail = run.rpartition("&")
        run = f"{head}&{BREAK}{tail}"
    at_end = not following or following.isspace() or following in "<>"
    return inert(run, allowed, where, at_end=at_end)
