"""`/aegis kb`: the documents answers may come from."""

from collections.abc import Sequence

from core.knowledge.model import Document
from handlers.blocks.markdown import neutral_name
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import Rendered, said

MOST_LISTED = 25


def documents_list(documents: Sequence[Document]) -> Rendered:
    """The newest documents, each with who gets answers from it."""
    if not documents:
        return said("I know no documents yet. Drop a file into a direct message with me.")
    lines = [_line(document) for document in documents[:MOST_LISTED]]
    left = len(documents) - len(lines)
    more = [f"… and {left} more"] if left else []
    return said("\n".join(["*Documents I answer from*", *lines, *more]))


def _line(document: Document) -> str:
    extent = f", {document.pages} pages" if document.pages else ""
    whose = {"person": " · only you", "channel": f" · <#{document.channel_id}>"}.get(
        document.scope, ""
    )
    title = escape(neutral_name(" ".join(document.title.split()))[:80])
    return f"• *{title}* ({document.media}{extent}){whose}"
