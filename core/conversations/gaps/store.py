"""The statements of gaps, one function each."""

from collections.abc import Sequence

from core.conversations.gaps.model import Gap
from core.conversations.model import GapState
from core.db import sql
from core.db.transaction import Tx

SQL = sql.load("core.conversations.gaps")


async def note_gap(tx: Tx, turn_id: str, gap: GapState) -> None:
    """The answer of this turn found nothing."""
    await tx.execute(SQL["note_gap"], turn_id, gap)


async def list_gaps(tx: Tx, limit: int) -> list[Gap]:
    """What admins may read, newest first."""
    return [Gap(**row) for row in await tx.fetch(SQL["list_gaps"], limit)]


async def count_untold(tx: Tx) -> int:
    """How many are for nobody but who asked."""
    return int(await tx.fetchval(SQL["count_untold"]))


async def list_own(tx: Tx, person_id: str, limit: int) -> list[Gap]:
    """What that person has asked and nobody else reads, each question once, newest first."""
    return [Gap(**row) for row in await tx.fetch(SQL["list_own"], person_id, limit)]


async def tell_gap(tx: Tx, turn_id: str, person_id: str) -> tuple[str, int] | None:
    """The question, and how often it was asked, once told; None where it is no gap of theirs any more."""
    told = await tx.fetch(SQL["tell_gap"], turn_id, person_id)
    return (told[0]["question"], len(told)) if told else None


async def dismiss_gaps(tx: Tx, turn_ids: Sequence[str]) -> None:
    await tx.execute(SQL["dismiss_gaps"], list(turn_ids))
