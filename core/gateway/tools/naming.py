"""What a person has named or said in their own words: an address, a channel, somebody, a fact. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from core.gateway.foreign_text import without_invisible

_TOKEN = re.compile(r"[^\s<>\"'`“”‘’«»|]+")
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_EDGE = "()[]{},;:!?."
_ADDRESS_FORMATS = ("uri", "url", "iri", "uri-reference", "iri-reference")
# Thai, Lao, Burmese, Khmer, Chinese, Japanese: written without spaces, so each letter is a word here.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u31f0-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)


class Named:
    """The person's own words, taken apart once."""

    def __init__(self, words: Sequence[str]) -> None:
        text = "\n".join(words)
        self._folded = without_invisible(text).casefold()
        self._run = _run_of_words(text)
        self._addresses = {
            address for token in _TOKEN.findall(text) for address in _readings(token)
        }

    def address(self, address: str) -> bool:
        """Whether this very address stands in the words: with its path and all its parameters, so
        that nothing can be added to it."""
        wanted = _normal(address)
        return wanted is not None and wanted in self._addresses

    def party(self, name: str) -> bool:
        """Whether a person, a channel or a mail address stands in the words, as a word of its own."""
        wanted = name.strip().lstrip("#@").casefold()
        if not wanted:
            return False
        return bool(re.search(rf"(?<![\w.+@-]){re.escape(wanted)}(?![\w@-]|\.\w)", self._folded))

    def says(self, text: str) -> bool:
        """Whether *text* is a quotation: a run of the words, in their order, nothing left out or put
        between. Case, spacing and punctuation do not count; what nobody can see does."""
        run = _run_of_words(text)
        return bool(run) and without_invisible(text) == text and f" {run} " in f" {self._run} "


def is_allowed_address(address: str, allowed: Sequence[str]) -> bool:
    """Whether an admin's list has the address's host, or a beginning of the address that ends where
    a part of its path does."""
    wanted = _normal(address)
    if wanted is None or _is_odd(address):
        return False
    for entry in map(_normal, allowed):
        if entry is None:
            continue
        if wanted == entry or wanted.startswith((f"{entry}/", f"{entry}?", f"{entry}#")):
            return True
    return False


def names_of(arguments: Mapping[str, Any], keys: Sequence[str]) -> Iterator[str]:
    """The texts that the arguments *keys* hold, however deep they lie."""
    for key in keys:
        if key in arguments:
            yield from _texts(arguments[key])


def marked_addresses(value: Any, schema: Any) -> Iterator[str]:
    """The texts in *value* that *schema* calls addresses: in an object, in a list, and where an
    address is one of several things that may stand there."""
    if not isinstance(schema, Mapping):
        return
    if isinstance(value, str) and schema.get("format") in _ADDRESS_FORMATS:
        yield value
    for several in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(several) or ():
            yield from marked_addresses(value, one)
    if isinstance(value, Mapping):
        parts, others = schema.get("properties") or {}, schema.get("additionalProperties")
        for name, inner in value.items():
            yield from marked_addresses(inner, parts.get(name, others))
    elif isinstance(value, list):
        for inner in value:
            yield from marked_addresses(inner, schema.get("items"))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _run_of_words(text: str) -> str:
    """Words and numbers of *text*, and symbols (+, €) as words of their own, a space between each."""
    folded = unicodedata.normalize("NFC", without_invisible(text)).casefold()
    return " ".join("".join(map(_spaced, folded)).split())


def _spaced(character: str) -> str:
    kind = unicodedata.category(character)[0]
    if kind == "S" or character == "%" or _UNSPACED.match(character):
        return f" {character} "
    return character if kind in "LMN" else " "


def _readings(token: str) -> Iterator[str]:
    """A token as an address, with and without what may belong to the sentence around it."""
    for reading in (token, token.rstrip(_EDGE), token.strip(_EDGE)):
        address = _normal(reading)
        if address is not None:
            yield address


def _normal(address: str) -> str | None:
    """An address to compare: https where no scheme is said, the host in small letters, no slash at
    the end. None for what is none."""
    text = address.strip()
    if not text or any(c.isspace() or c < "!" for c in text) or without_invisible(text) != text:
        return None
    text = text if _SCHEME.match(text) else f"https://{text}"
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    if "@" in parts.netloc or "\\" in text:
        return None
    scheme = "" if parts.scheme == "https" else "http:"
    where = f"{scheme}{host}" + (f":{port}" if port not in (None, 80, 443) else "")
    rest = parts.path.rstrip("/")
    rest += f"?{parts.query}" if parts.query else ""
    return where + rest + (f"#{parts.fragment}" if parts.fragment else "")


def _is_odd(address: str) -> bool:
    """A path that a server may read as another one."""
    lowered = address.casefold()
    return ".." in lowered or "%2e" in lowered or "%2f" in lowered or "%5c" in lowered
