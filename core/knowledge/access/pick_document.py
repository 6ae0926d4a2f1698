"""Which of the documents that somebody sees they mean, by its title or its number. Pure."""

import re
from collections.abc import Sequence

from core.kernel.errors import Invalid, NotFound
from core.knowledge.model import Document

NONE_SUCH = "I know no document of that title or number. /aegis kb list shows those there are."
SEVERAL = "Several documents have that title. Say the number that /aegis kb list shows."

# Slack makes a link of a title that looks like one: “guide.md” comes as “guide.md (http://guide.md)”.
_MADE_LINK = re.compile(r" \(https?://[^)\s]+\)")
_NUMBER = re.compile(r"[1-9][0-9]{0,6}")


def pick_document(documents: Sequence[Document], wanted: str) -> Document:
    """*documents* as they are listed, counted from 1. A title goes before a number, and a number before
    the id that operators see. Raises NotFound, and Invalid where it is one of several."""
    found = pick_titled(documents, wanted) or pick_numbered(documents, wanted)
    found = found or next((one for one in documents if one.document_id == wanted.strip()), None)
    if found is None:
        raise NotFound(NONE_SUCH)
    return found


def pick_titled(documents: Sequence[Document], wanted: str) -> Document | None:
    """In whatever case, unless one is written just so. Raises Invalid where it is one of several."""
    wanted = " ".join(wanted.split())
    for title in (wanted, _MADE_LINK.sub("", wanted)):
        found = [one for one in documents if one.title.casefold() == title.casefold()]
        exact = [one for one in found if one.title == title]
        found = exact if len(exact) == 1 else found
        if len(found) > 1:
            raise Invalid(SEVERAL)
        if found:
            return found[0]
    return None


def pick_numbered(documents: Sequence[Document], wanted: str) -> Document | None:
    number = int(wanted) if _NUMBER.fullmatch(wanted := wanted.strip()) else 0
    return documents[number - 1] if 0 < number <= len(documents) else None
