"""How people address an agent in what they type, and how they ask for another one. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

# A question as it begins when its first word was an address: "finance what is our budget".
_ASKING = re.compile(
    r"(what|how|who|whom|whose|when|where|why|which|can|could|do|does|did|is|are|am|was|were|will"
    r"|would|should|may|must|has|have|tell|list|show|give|explain|summari[sz]e|write|draft|compare"
    r"|find|help|please|describe|check|look|make|remind|i|we|my|our|the)\b",
    re.IGNORECASE,
)
_HELLO = r"(?:(?:hi|hey|hello|dear|ok|okay)[ ,]+)?"
_PLEASE = r"(?:(?:please|can you|could you|would you)[ ,]+)?"
_THIS = r"(?:this|that|it|me|us|(?:this|the) (?:thread|question|one))"


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a message names (by a word of the roster), and what is left of it without that."""

    word: str
    rest: str


@dataclass(frozen=True, slots=True)
class _Forms:
    opening: re.Pattern[str]
    asking: re.Pattern[str]
    anywhere: re.Pattern[str]
    first: re.Pattern[str]
    hand_over: tuple[re.Pattern[str], ...]


def find_address(words: tuple[str, ...], text: str) -> Address | None:
    """`mara: …`, `ask finance …`, `… @finance …`. *words*: longest first."""
    forms = _forms(words)
    for form in (forms.opening, forms.asking):
        match = form.match(text)
        if match:
            return Address(match["word"], text[match.end() :].strip())
    match = forms.anywhere.search(text)
    if match:
        rest = f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}"
        return Address(match["word"], rest.strip())
    return None


def find_first_word(words: tuple[str, ...], text: str) -> Address | None:
    """After `/ask`: `finance …`. Whether the word belongs to the question is the caller's."""
    match = _forms(words).first.match(text)
    return Address(match["word"], text[match.end() :].strip()) if match else None


def find_hand_over(words: tuple[str, ...], text: str) -> Address | None:
    """`hand over to finance`, `let Lex take this`, `switch to Ada: how do we release?`."""
    for form in _forms(words).hand_over:
        match = form.match(text)
        if match:
            return Address(match["word"], text[match.end() :].strip())
    return None


def begins_a_question(text: str) -> bool:
    """Whether these are the first words of a question or a request."""
    return bool(_ASKING.match(text))


@lru_cache(maxsize=256)
def _forms(words: tuple[str, ...]) -> _Forms:
    called = "|".join(r"\s+".join(map(re.escape, word.split())) for word in words)
    word = rf"(?P<word>{called})"
    edge = r"(?![\w'’]|[.\-]\w)"
    # Nothing but the request, or a question after a mark: "give it to sales on Monday" is none.
    end = r"(?:[ ,]+please)?\s*(?:[.!?]*\s*$|[,:;–—\n]\s*)"
    begin = rf"{_HELLO}{_PLEASE}"
    hand_over = (
        rf"{begin}(?:hand|pass|transfer|give)\s+(?:{_THIS}\s+)?(?:over\s+|on\s+)?to\s+@?{word}{edge}{end}",
        rf"{begin}(?:let|have)\s+@?{word}\s+(?:take|handle|answer|do)\s+{_THIS}(?:\s+over)?{end}",
        rf"{begin}(?:let|have)\s+@?{word}\s+take\s+over{end}",
        rf"{_HELLO}@?{word}{edge}[ ,:]+(?:please\s+)?take\s+(?:{_THIS}|over)(?:\s+over)?{end}",
        rf"{begin}(?:switch|change)\s+(?:over\s+)?to\s+@?{word}{edge}{end}",
    )
    return _Forms(
        opening=re.compile(rf"{_HELLO}(?:ask\s+)?@?{word}\s*(?:[,:;–—]\s*|$)", re.IGNORECASE),
        asking=re.compile(
            rf"ask\s+{word}{edge}\s+(?:to\s+)?(?={_ASKING.pattern}|(?:about|for|if|whether)\b)",
            re.IGNORECASE,
        ),
        anywhere=re.compile(rf"(?:^{_HELLO}|(?<![\w.@]))@{word}{edge}", re.IGNORECASE),
        first=re.compile(rf"{word}{edge}(?=\s|$)\s*", re.IGNORECASE),
        hand_over=tuple(re.compile(form, re.IGNORECASE) for form in hand_over),
    )
