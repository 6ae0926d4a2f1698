"""The page docs/install-transcript.md from one run of docs/install.yaml: `make install-transcript`.

Reads what `aegis demo --script` prints, one JSON object a line, and writes Markdown.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

Item = dict[str, Any]

HEAD = """\
# Two workspaces install AEGIS: a transcript

`make install-transcript` plays [this script](install.yaml) against the whole product and the [sandbox](sandbox.md), and
writes this page from what the run printed. The script fails if a step is refused, if a question has no answer or two, or
if a token is renewed more than once. Left out are “is reading …” and the pieces of streams; a streamed answer stands
where it was complete, long texts are cut, and times are seconds from the first page. The pages are fetched and their
forms sent over HTTP, with a cookie jar for each person; `sandbox` is what was done to the sandbox itself. How often a
token was renewed is the sandbox's own record of `oauth.v2.access` (`GET /sandbox/renewals`).
"""
TABLE = "\n| s | workspace | where | who | what |\n| --- | --- | --- | --- | --- |\n"
# What a section begins with, in their order; the first begins with the run.
SECTIONS: tuple[tuple[str, Callable[[Item], bool]], ...] = (
    ("Lumen Foundry: Jon cancels, Iris installs", lambda item: True),
    ("Orchard Clinic installs the same app", lambda item: _is_page_of(item, "orchard")),
    ("Lumen's token expires among many questions", lambda item: item["kind"] == "load"),
    ("Orchard uninstalls: nobody answers", lambda item: item["kind"] == "uninstall"),
    ("Mia installs again: it answers", lambda item: _is_page_of(item, "orchard")),
)
_PASSING = ("stream_start", "stream_append", "status", "session", "delete")
_OPERATIONS = ("load", "renewed", "expire_token", "uninstall")
_LONGEST = 200


def main() -> int:
    lines = [json.loads(line) for line in sys.stdin if line.startswith("{")]
    shown = [item for item in lines if _is_shown(item)]
    if not any(item["kind"] == "renewed" for item in shown):
        sys.stderr.write("the run did not come to its renewed token\n")
        return 1
    sys.stdout.write(HEAD)
    sys.stdout.writelines(_written(shown))
    return 0


def _written(shown: list[Item]) -> Iterator[str]:
    began, left = _moment(shown[0]), list(SECTIONS)
    for item in shown:
        if left and left[0][1](item):
            yield f"\n## {left.pop(0)[0]}\n{TABLE}"
        seconds = (_moment(item) - began).total_seconds()
        cells = (f"{seconds:.1f}", item["workspace"], _where(item), _who(item), _what(item))
        yield f"| {' | '.join(cells)} |\n"


def _is_shown(item: Item) -> bool:
    if "kind" not in item or item["kind"] in _PASSING:
        return False
    return bool(item["text"]) and "is reading" not in item["text"]


def _is_page_of(item: Item, workspace: str) -> bool:
    return item["kind"] == "page" and item["workspace"] == workspace


def _moment(item: Item) -> datetime:
    return datetime.fromisoformat(item["at"])


def _where(item: Item) -> str:
    if item["kind"] in _OPERATIONS:
        return "sandbox"
    return item["channel"] or "browser"


def _who(item: Item) -> str:
    if not item["author"]:
        return "—"
    readers: Iterable[str] = item["seen_by"] or []
    others = [name for name in readers if name != item["author"]]
    is_direct = item["channel"] == "dm" and len(others) == 1
    return f"{item['author']} (to {others[0]})" if is_direct else str(item["author"])


def _what(item: Item) -> str:
    words = " ".join(str(item["text"]).replace("|", "\\|").split())
    cut = words if len(words) <= _LONGEST else f"{words[:_LONGEST].rsplit(' ', 1)[0]} …"
    return f"**{item['kind']}** {cut}" if item["kind"] in _OPERATIONS else cut


if __name__ == "__main__":
    sys.exit(main())
