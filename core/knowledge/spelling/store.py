"""The statements of spelling, one function each."""

from collections.abc import Sequence

from core.db import sql
from core.db.transaction import Tx
from core.knowledge.model import Sight

SQL = sql.load("core.knowledge.spelling")


async def list_known(tx: Tx, words: Sequence[str], sight: Sight) -> set[str]:
    """Those of the words that stand, in some form, in a document that may be seen."""
    return {row["word"] for row in await tx.fetch(SQL["list_known"], words, sight.audiences)}


async def list_alike(tx: Tx, words: Sequence[str], sight: Sight) -> dict[str, list[str]]:
    """For each word the stems that might be it, of the documents that may be seen."""
    rows = await tx.fetch(SQL["list_alike"], words, sight.audiences)
    return {row["word"]: row["stems"] for row in rows}


async def list_texts_with(tx: Tx, stems: Sequence[str], sight: Sight) -> dict[str, str]:
    """The text of some passages with each stem, of those that may be seen."""
    whose = (sight.workspace, sorted(sight.channels), sight.person_id)
    rows = await tx.fetch(SQL["list_texts_with"], stems, *whose)
    return {row["stem"]: row["text"] for row in rows}
