"""The tenant that an operator means, by its id or by its Slack team id."""

import re

from core.db.database import Database
from core.kernel.errors import NotFound
from core.lifecycle import store
from core.lifecycle.model import Registered

NO_SUCH_TENANT = "There is no tenant with this id or Slack team id."
# A command line can hold bytes that are no text, and those would end in a traceback of the driver.
_NAME = re.compile(r"[0-9A-Za-z]{1,64}")


async def find_tenant(database: Database, wanted: str) -> Registered:
    """In whatever state it is, erased too. Raises NotFound, in the same words for every name."""
    found = None
    if _NAME.fullmatch(wanted):
        async with database.control() as tx:
            found = await store.find_registered(tx, wanted)
    if found is None:
        raise NotFound(NO_SUCH_TENANT)
    return found
