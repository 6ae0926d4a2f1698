"""The statements of spelling, one function each."""

from collections.abc import Sequence

from core.db import sql
from core.db.transaction import Tx
from core.knowledge.model import Sight

SQL = sql.load("core.knowledge.spelling")


async def list_alike(tx: Tx, words: Sequence[str]) -> dict[str, list[str]]:
    """For each word the stems of all documents that might be it, whoever may see these."""
    rows = await tx.fetch(SQL["list_alike"], words)
    return {row["word"]: row["stems"] for row in rows}


async def list_texts_with(
    tx: Tx, words: Sequence[str], stems: Sequence[str], sight: Sight
) -> dict[str, str]:
    """The text of some passages with each word or stem, of those that may be seen; without those that
    stand in none."""
    whose = (sight.workspace, sorted(sight.channels), sight.person_id)
    rows = await tx.fetch(SQL["list_texts_with"], words, stems, *whose)
    return {row["word"]: row["text"] for row in rows}
