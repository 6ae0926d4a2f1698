"""Web and mail addresses in a text, and the set of those that may be shown as links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Characters an address may be made of, in the widest sense: it ends at white space, at angle
# brackets, quotes, pipes, square and curly brackets, and at a character of no language.
RUN = r"\w\-.@%+:/?#&=~$',;*()\\"
LONGEST_ADDRESS = 2_000
_RUN = re.compile(rf"[{RUN}]{{1,{LONGEST_ADDRESS}}}+")
_BESIDE = "(*_~'\",.;:?)"
_WEB = re.compile(r"(?:https?://)?(?P<authority>[^/?#]+)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_MAIL = re.compile(r"(?:mailto:)?(?P<mail>[\w.+\-]{1,64}@[\w\-.]{1,255})", re.IGNORECASE)
# A host's name: labels with dots between them. The last one is what a top-level domain could be.
NAME = re.compile(r"(?<![\w\-])[\w\-]++(?:\\?\.[\w\-]++)++")
_TOP = re.compile(r"[^\W\d_]{2,}|xn--[\w\-]+", re.IGNORECASE)
# Endings of files that are no top-level domains, so that no client takes `plan.pdf` for a host.
_FILE_ENDING = re.compile(
    r"aac|avif|bak|bash|bat|bmp|cfg|class|conf|cpp|css|csv|cxx|dll|doc|docx|env|epub|exe"
    r"|flac|gif|gitignore|gz|hpp|htm|html|ico|ini|ipynb|jar|java|jpeg|jpg|js|json|jsx|ksh"
    r"|lock|log|lua|md5|mjs|mp3|mp4|odp|ods|odt|ogg|otf|pdf|php|png|ppt|pptx|rar|rb|rst"
    r"|rtf|sha256|sql|svg|swift|tar|tex|tgz|tif|tiff|toml|ts|tsv|tsx|ttf|txt|vbs|vue|wav"
    r"|webm|webp|woff|woff2|xhtml|xls|xlsx|xml|xsd|yaml|yml",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AllowedAddresses:
    """Addresses that somebody else than the model has named: the person who asks, an admin, or a
    passage the answer is made from. A link to one of them may be live; every other one is text.

    An address is allowed as it was named and in no other form, but for the letter case of its host
    and for http or https: one more character in it could carry out what the model has read.
    """

    addresses: frozenset[str] = frozenset()

    @classmethod
    def named_in(cls, *texts: str) -> "AllowedAddresses":
        """All web and mail addresses that stand in *texts*."""
        return cls(frozenset(found for text in texts for found in _addresses_in(text)))

    def __or__(self, other: "AllowedAddresses") -> "AllowedAddresses":
        return AllowedAddresses(self.addresses | other.addresses)

    def allows(self, address: str) -> bool:
        return bool(self.addresses) and _canonical(address) in self.addresses


NO_ADDRESSES = AllowedAddresses()


def is_host_name(name: str) -> bool:
    """Whether a client could take *name*, such as `example.com`, for a host.

    Without a list of top-level domains, since new ones are made: any ending of letters counts that
    is not known to be that of a file.
    """
    last = name.rpartition(".")[2]
    return _TOP.fullmatch(last) is not None and _FILE_ENDING.fullmatch(last) is None


def bare(run: str) -> tuple[str, str, str]:
    """*run* as what stands before an address, the address, and what stands behind it."""
    start = len(run) - len(run.lstrip(_BESIDE))
    address = run[start:].rstrip(_BESIDE)
    return run[:start], address, run[start + len(address) :]


def _addresses_in(text: str) -> Iterator[str]:
    for run in _RUN.finditer(text):
        _, address, _ = bare(run[0])
        if len(run[0]) < LONGEST_ADDRESS and _is_address(address):
            yield _canonical(address)


def _is_address(text: str) -> bool:
    if re.match(r"https?://\w|mailto:\w", text, re.IGNORECASE) or _MAIL.fullmatch(text):
        return True
    name = NAME.match(text)
    return name is not None and is_host_name(name[0])


def _canonical(address: str) -> str:
    mail = _MAIL.fullmatch(address)
    if mail:
        return f"mailto:{mail['mail'].lower()}"
    web = _WEB.fullmatch(address)
    if web is None:
        return address
    rest = web["rest"] if web["rest"] != "/" else ""
    return web["authority"].lower() + rest
