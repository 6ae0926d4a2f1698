"""Tell the owner, and the operator, of a tenant whose mail comes faster than it is done."""

import logging
from collections.abc import Awaitable, Callable

from core.db.database import Database
from core.db.tenant import TenantContext
from core.jobs import store
from core.jobs.model import CROWDED
from core.kernel.errors import DomainError

log = logging.getLogger(__name__)

# (tenant, words, key): words are sent once for each key.
Tell = Callable[[TenantContext, str, str], Awaitable[object]]

WORDS = (
    "A lot is being asked here at once: {waiting} conversations wait for an answer. Each gets its "
    "turn, but it may take a while, because one workspace gets no more than its share."
)


async def warn_of_crowds(database: Database, tell: Tell) -> None:
    """The owner hears of it once an hour, however often and in however many processes it is seen."""
    async with database.control() as tx:
        crowds = await store.list_crowded(tx, CROWDED)
    for crowd in crowds:
        log.warning(
            "a tenant has more mail than its share is done of",
            extra={"tenant": crowd.tenant_id, "waiting": crowd.waiting},
        )
        try:
            context = await database.tenant(crowd.tenant_id)
            await tell(context, WORDS.format(waiting=crowd.waiting), f"crowd:{crowd.hour}")
        except DomainError as error:
            # One that cannot be told keeps nobody else from being told.
            log.info("a crowded tenant was not told: %s", error)
