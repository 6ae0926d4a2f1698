"""One word of a text: whether an address in it may be live, and how it is made to be none.

A hair space before each dot of a host's name and before the colon of a scheme: no reader minds it,
and no client takes what has white space in it for an address. A character without width would not
do, since browsers leave it out of a host's name.
"""

import re
from typing import Literal

from core.kernel.addresses import NAME, AllowedAddresses, bare, is_host_name

BREAK = "\u200b"
HAIR = "\u200a"
BROADCASTS = ("channel", "here", "everyone")

# A place in a text: in open text, in a span of code, in a fence that every client takes for one.
Where = Literal["open", "span", "fence"]

_SEPARATOR = re.compile(r"(?<=[a-zA-Z0-9+.\-])\\?:(?=\\?/\\?/)")
_SCHEME = re.compile(
    r"(?<![a-zA-Z0-9])(?:mailto|javascript|vbscript|data|file|tel|sms|callto|skype|xmpp|sip|slack"
    r"|blob|about|intent|view-source)(?=\\?:\S)",
    re.IGNORECASE,
)
_IN_CODE = re.compile(r"(?i:www\.|mailto\\?:)\w")
_WITH_PATH = re.compile(r"@|\.[\w\-]{2,63}+(?:[/?#]|:\d)")
_DOT = re.compile(r"\\?\.(?=[\w\-])")
_NUMBERS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?=[/:])")
# Names of punctuation that could spell a token or an address in disguise.
_DISGUISES = (
    "colon|period|sol|bsol|commat|num|excl|lsqb|lbrack|rsqb|rbrack|lpar|rpar|grave|lbrace|lcub"
    "|Tab|NewLine|DiacriticalGrave"
)
_SMALL = re.compile(
    rf"@(?={'|'.join(BROADCASTS)})"
    # A channel's name; not a number, and not a colour.
    r"|(?<![\w&#])#(?=\w)(?!(?:\d{1,20}|[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})(?!\w))"
    rf"|&(?=#|(?:{_DISGUISES});|lt;?(?:[@#]|\Z))",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[:.@#&]")


def inert(run: str, allowed: AllowedAddresses, where: Where, *, at_end: bool) -> str:
    """*run* as it may be shown. *at_end*: white space, a bracket of its own or nothing follows.

    In code less counts as an address: what has a scheme or begins with www.; and outside a fence,
    where clients disagree about the ends of code, what has a path. `os.path` is none.
    """
    if not _MARKS.search(run):
        return run
    _, address, _ = bare(run)
    if allowed.allows(address):
        # What follows without a space could be taken for more of the address.
        return _small(run, where) + ("" if at_end else HAIR)
    if where != "open" and not _is_address_in_code(run, where):
        return _small(run, where)
    run = NAME.sub(_host, run)
    run = _NUMBERS.sub(lambda numbers: _spread(numbers[0]), run)
    run = _SCHEME.sub(lambda scheme: scheme[0] + HAIR, run)
    run = _SEPARATOR.sub(lambda colon: HAIR + colon[0], run)
    return _small(run, where)


def inert_whole(run: str) -> str:
    """A run too long for any address: nothing in it stays joined."""
    run = _DOT.sub(lambda dot: HAIR + dot[0], run)
    return _small(run.replace(":", HAIR + ":").replace("@", "@" + BREAK), "open")


def _is_address_in_code(run: str, where: Where) -> bool:
    if _SEPARATOR.search(run) or _IN_CODE.search(run):
        return True
    return where == "span" and _WITH_PATH.search(run) is not None


def _host(name: re.Match[str]) -> str:
    is_one = is_host_name(name[0]) or name[0].lower().startswith("www.")
    return _spread(name[0]) if is_one else name[0]


def _spread(name: str) -> str:
    return _DOT.sub(lambda dot: HAIR + dot[0], name)


def _small(run: str, where: Where) -> str:
    def broken(mark: re.Match[str]) -> str:
        return mark[0] if where == "fence" and mark[0] == "#" else mark[0] + BREAK

    return _SMALL.sub(broken, run)
