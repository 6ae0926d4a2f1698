"""`/aegis kb`: the documents answers may come from, passages of them, and how one is taken away."""

import re
from collections import Counter
from collections.abc import Sequence

from core.knowledge.model import Document, Finding
from handlers.blocks.agents.buttons import actions, button
from handlers.blocks.markdown import neutral_name
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import Block, Rendered, said, section, sections

DELETE = "knowledge.delete"
MOST_LISTED = 100
LONGEST_EXCERPT = 400  # characters of a passage that was found
LONGEST_TITLE = 80
LONGEST_HEADING = 200  # characters of a path of headings
USAGE = (
    "`/aegis kb list` shows the documents you get answers from, `/aegis kb search WORDS` the passages "
    "on something, `/aegis kb delete TITLE` (or its number) deletes one, and `/aegis kb status` counts them.\n"
    "A search looks into part of them with `document:` (a title or its number), `in:` (what titles begin "
    "with, such as a folder), `since:` and `before:` (the day they were added, UTC; `before:` leaves out the "
    'day it names): `/aegis kb search hotel limit in:handbook/ since:2026-01-31`. Put what has spaces in "quotation marks".'
)
NOTHING = "Nothing in the documents that you may see is about this."
NOTHING_THERE = "Nothing there that you may see is about this. Without document:, in:, since: and before: I look into all."


def documents_list(documents: Sequence[Document]) -> Rendered:
    """The newest documents, numbered, each with who gets answers from it."""
    if not documents:
        return said("I know no documents yet. Drop a file into a direct message with me.")
    lines = [_line(number, one) for number, one in enumerate(documents[:MOST_LISTED], 1)]
    left = len(documents) - len(lines)
    more = [f"… and {left} more"] if left else []
    lines = ["*Documents I answer from*", *lines, *more]
    return Rendered("\n".join(lines), sections(lines))


def passages_list(found: Sequence[Finding], *, narrowed: bool = False) -> Rendered:
    """What a search came to, of part of the documents if *narrowed*. Their words are plain text: nothing
    in them is live."""
    if not found:
        return said(NOTHING_THERE if narrowed else NOTHING)
    blocks: list[Block] = []
    for one in found:
        page = f", page {one.page}" if one.page is not None else ""
        heading = f" · {_name(one.heading, LONGEST_HEADING)}" if one.heading else ""
        words = _excerpt(one.text)
        blocks.append(section(f"*{_name(one.title)}*{page}{heading}"))
        blocks.append(
            {"type": "section", "text": {"type": "plain_text", "text": words, "emoji": False}}
        )
    heads = [block["text"]["text"] for block in blocks[::2]]
    return Rendered("\n".join(heads), blocks)


def status_page(documents: Sequence[Document], *, by_meaning: bool) -> Rendered:
    """How much there is, of what this person may see."""
    of = Counter(document.scope for document in documents)
    passages = sum(document.chunk_count for document in documents)
    way = (
        "words and meaning"
        if by_meaning
        else "words alone, for want of a model to compare meanings"
    )
    return said(
        f"*Documents that you get answers from:* {len(documents):,}\n"
        f"• {of['workspace']:,} for everyone in the workspace\n"
        f"• {of['channel']:,} for channels that you are in\n"
        f"• {of['person']:,} for you alone\n"
        f"Passages in them: {passages:,}, searched by {way}."
    )


def delete_question(document: Document) -> Rendered:
    """Asked before a document is taken away."""
    who = _whose(document)
    get = f"{who[0].upper()}{who[1:]} {'get' if document.scope == 'person' else 'gets'}"
    words = f"Delete *{_name(document.title)}*? {get} answers from it. Its text is deleted at once."
    pressed = button("Delete it", DELETE, document.document_id) | {"style": "danger"}
    return Rendered(words, [section(words), actions(pressed)])


def kb_usage(*, unknown: str = "", nearest: str = "") -> Rendered:
    """*unknown* is what was typed, cleaned; *nearest* a word that we know."""
    hint = f" Did you mean `/aegis kb {nearest}`?" if nearest else ""
    head = f"I do not know `/aegis kb {unknown}`.{hint}\n" if unknown else ""
    return said(head + USAGE)


def _line(number: int, document: Document) -> str:
    pages = document.pages
    extent = f", {pages} page{'' if pages == 1 else 's'}" if pages else ""
    return f"{number}. *{_name(document.title)}* ({document.media}{extent}) · {_whose(document)}"


def _whose(document: Document) -> str:
    if document.scope == "channel":
        return f"everyone in <#{document.channel_id}>"
    return "only you" if document.scope == "person" else "everyone"


def _excerpt(text: str) -> str:
    """Its beginning, to the end of a word, without empty lines."""
    text = re.sub(r"\s*\n\s*", "\n", text)
    if len(text) <= LONGEST_EXCERPT:
        return text
    return re.sub(r"\s+\S*$", "", text[: LONGEST_EXCERPT + 1]) + " …"


def _name(text: str, longest: int = LONGEST_TITLE) -> str:
    name = neutral_name(" ".join(text.split()))
    return escape(name if len(name) <= longest else f"{name[: longest - 1]}…")
