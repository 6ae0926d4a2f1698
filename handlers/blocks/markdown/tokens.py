"""What a Markdown text may hold that acts: the patterns of it, and of its beginnings.

Each pattern looks ahead by a bounded number of characters, so that a stream knows how much of its
end is still undecided, and never twice at the same ones, so that hostile text costs no more time
than other text.
"""

import re

from core.kernel.addresses import LONGEST_ADDRESS, RUN

LONGEST_LABEL = 300
LONGEST_LEAD = 20
_LEAD = rf"[ \t>*+\-\d.)]{{0,{LONGEST_LEAD}}}+"
_LABEL = rf"[^\]\n]{{0,{LONGEST_LABEL}}}+"
_ALT = rf"[^\]]{{0,{LONGEST_LABEL}}}+"
_LINKED = rf"[^()\n]{{0,{LONGEST_ADDRESS}}}+"
_TAIL = rf"(?:\({_LINKED}\)|\[{_LABEL}\])"
_CODE = rf"[^`\n]{{1,{LONGEST_LABEL}}}+"
# Elements that load, link, run, or hide what stands in them; and those that begin a block of HTML, in
# which no mark of a fence counts: where a line is cut, they come to stand at the start of one.
_TAGS = (
    "a|area|audio|base|body|button|embed|form|frame|frameset|iframe|image|img|input|link|math|meta"
    "|object|pre|script|source|style|svg|textarea|title|track|video|use|xml"
    "|address|article|aside|blockquote|center|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption"
    "|figure|footer|h[1-6]|header|hr|html|legend|li|main|menu|nav|noframes|ol|optgroup|option|p|param"
    "|search|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)

TOKEN = re.compile(
    rf"(?P<fence>^(?P<lead>{_LEAD})(?P<marks>`{{3,20}}|~{{3,20}})(?P<info>[^`\n]{{0,200}}$)?)"
    r"|(?P<blank>^[ \t>]{0,20}+\n)"
    rf"|(?P<definition>^{_LEAD}\[(?P<name>{_LABEL})\](?=:))"
    rf"|(?P<image>!\[(?P<alt>{_ALT})\]{_TAIL}?)"
    r"|(?P<exclamation>!(?=\[))"
    r"|(?P<stray>`{3,20}+)"
    rf"|(?<![`\\])(?P<ticks>`{{1,2}})(?!`)(?P<code>{_CODE})(?P=ticks)(?!`)"
    r"|(?P<tick>`)"
    rf"|(?P<link>\]\((?P<address>[^\s()<>]{{1,{LONGEST_ADDRESS}}}+)\))"
    r"|(?P<bracket>\](?=\())"
    r"|(?P<angle><(?=[!@#?/\w.:])(?:(?=[!@#?])"
    rf"|(?=[a-zA-Z/])(?=/?(?i:{_TAGS})(?![\w\-]))|(?=[^\s<>|]{{1,{LONGEST_LABEL}}}+\|)))"
    rf"|(?P<tag>^{_LEAD}<(?=/|[a-zA-Z](?![a-zA-Z0-9+.\-]{{0,31}}[:@])))"
    r"|(?P<dot>(?<=\w)[\uff0e\uff61\u3002](?=[a-zA-Z]{2}))"
    rf"|(?P<run>[{RUN}]{{1,{LONGEST_ADDRESS}}}+)",
    re.MULTILINE,
)

# The end of a text that the next characters may turn into one of the tokens above. Every proper
# beginning of a token must be here: the tests cut texts everywhere to hold it to that. Words are
# left out: `undecided` counts them from the end.
_UNDECIDED = re.compile(
    rf"(?:^{_LEAD}(?:`{{1,20}}|~{{1,20}})[^`\n]{{0,201}}"
    rf"|^{_LEAD}(?:\[{_LABEL}\]?)?"
    r"|!"
    rf"|!\[{_ALT}\]?"
    rf"|!\[{_ALT}\](?:\({_LINKED}|\[{_LABEL})"
    rf"|(?<![`\\])(?:`{{1,20}}|`{_CODE}`{{0,2}}|``{_CODE}`{{0,3}})"
    rf"|\](?:\((?:[^\s()<>]{{1,{LONGEST_ADDRESS}}})?)?"
    rf"|(?:^{_LEAD})?<[^\s<>|]{{0,{LONGEST_LABEL}}}"
    r"|[\uff0e\uff61\u3002][a-zA-Z]?"
    r")\Z",
    re.MULTILINE,
)
_RUN = re.compile(rf"[{RUN}]*+")
_LAST_RUN = re.compile(rf"(?<![{RUN}])[{RUN}]++\Z")
_LONGEST_TOKEN = LONGEST_ADDRESS + 2 * LONGEST_LABEL


def undecided(text: str, start: int) -> int:
    """Where the end of *text* begins that later characters may change; not before *start*."""
    match = _UNDECIDED.search(text, max(len(text) - _LONGEST_TOKEN, start))
    word = _last_word(text, max(len(text) - LONGEST_ADDRESS - 1, start))
    return min(match.start(), word) if match else word


def _last_word(text: str, start: int) -> int:
    first = _RUN.match(text, start)
    behind = first.end() if first else start
    if behind == len(text):
        return start
    last = _LAST_RUN.search(text, behind)
    return last.start() if last else len(text)
