"""Which of the documents that somebody sees they mean, by its title or its number. Pure."""

import re
from collections.abc import Sequence

from core.kernel.errors import Invalid, NotFound
from core.knowledge.model import Document

NONE_SUCH = "I know no document of that title or number. /aegis kb list shows those there are."
SEVERAL = "Several documents have that title. Say the number that /aegis kb list shows."

# Slack makes a link of a title that looks like one: “guide.md” comes as “guide.md (http://guide.md)”.
_MADE_LINK = re.compile(r" \(https?://[^)\s]+\)")


def pick_document(documents: Sequence[Document], wanted: str) -> Document:
    """*documents* as they are listed, counted from 1. A title goes before a number. Raises NotFound, and
    Invalid where it is one of several."""
    wanted = " ".join(wanted.split())
    for title in (wanted, _MADE_LINK.sub("", wanted)):
        found = [one for one in documents if one.title.casefold() == title.casefold()]
        if len(found) > 1:
            raise Invalid(SEVERAL)
        if found:
            return found[0]
    if re.fullmatch(r"[1-9][0-9]{0,6}", wanted) and int(wanted) <= len(documents):
        return documents[int(wanted) - 1]
    raise NotFound(NONE_SUCH)
