"""The statements of looking, one function each."""

from core.db import sql
from core.db.transaction import Tx

SQL = sql.load("core.conversations.looking")


async def find_adder(tx: Tx, document_id: str) -> tuple[str, str, str] | None:
    """Who added a document of the workspace's: id, name, and the document's title."""
    row = await tx.fetchrow(SQL["find_adder"], document_id)
    return (row["person_id"], row["display_name"], row["title"]) if row else None


async def list_keepers(tx: Tx, person_id: str, limit: int) -> list[str]:
    """Names of owners and admins other than *person_id*."""
    return [row["display_name"] for row in await tx.fetch(SQL["list_keepers"], person_id, limit)]
