"""When isolation was last proved, and with what result."""

from core.db.database import Database
from core.isolation import store
from core.isolation.model import Proof


async def last_proof(database: Database) -> Proof | None:
    """The newest proof, passed or failed; None before the first one."""
    async with database.control() as tx:
        return await store.find_last_proof(tx)
