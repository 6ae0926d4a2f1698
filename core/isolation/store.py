"""The record of proofs in the switchboard: counts and a time."""

from core.db import sql
from core.db.transaction import ControlTx
from core.isolation.model import Proof

SQL = sql.load("core.isolation")


async def find_last_proof(tx: ControlTx) -> Proof | None:
    row = await tx.fetchrow(SQL["find_last_proof"])
    return Proof(**row) if row else None
