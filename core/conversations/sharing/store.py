"""The statements of sharing, one function each."""

import json

from core.conversations.model import About, DrewOn, Source
from core.conversations.sharing.model import Kept, Piece
from core.db import sql
from core.db.transaction import Tx

SQL = sql.load("core.conversations.sharing")
# Of a fact that an earlier version did not note: nobody can tell whether it is kept still.
_UNKNOWN = ""


async def find_kept(tx: Tx, turn_id: str) -> Kept | None:
    row = await tx.fetchrow(SQL["find_kept"], turn_id)
    if row is None:
        return None
    found = dict(row)
    about, drew_on = found.pop("about"), found.pop("drew_on")
    sources = tuple(Source(**source) for source in json.loads(found.pop("sources")))
    return Kept(
        **found,
        sources=sources,
        about=About(**json.loads(about)) if about else None,
        drew_on=_drew_on(json.loads(drew_on)) if drew_on else None,
    )


async def list_pieces(tx: Tx, prefix: str) -> list[Piece]:
    """The messages whose keys begin with *prefix*, in the order in which they were begun."""
    return [Piece(**row) for row in await tx.fetch(SQL["list_pieces"], prefix)]


def _drew_on(noted: dict[str, object]) -> DrewOn:
    documents, withheld = noted["documents"], noted.get("withheld")
    assert isinstance(documents, list)
    company = noted.get("company") is not False
    facts = noted.get("facts")
    if not isinstance(facts, list):
        facts = [_UNKNOWN] if company else []
    return DrewOn(
        tuple(map(str, documents)),
        own=noted["own"] is not False,
        looked=noted.get("looked") is not False,
        company=company,
        withheld=withheld if isinstance(withheld, int) else 0,
        facts=tuple(map(str, facts)),
    )
