"""Make a token worthless that Slack gave for an installation which came to nothing."""

import asyncio
import logging

from core.db.database import Database
from core.tenancy import store
from core.tenancy.install_workspace import find_stored_token
from core.tenancy.installation.model import Approved
from core.tenancy.installation.ports import SlackOAuth

log = logging.getLogger(__name__)

# A person waits for the page that says why nothing was installed.
SECONDS = 5.0


async def discard_token(database: Database, slack: SlackOAuth, approved: Approved) -> None:
    """Best effort, and never raises. A token that the workspace has kept, frozen or not, is left
    alone: where tokens do not expire, Slack gives the same one again. So is any, where we cannot
    look.
    """
    try:
        async with asyncio.timeout(SECONDS):
            if await _is_kept(database, approved):
                return
            await slack.revoke(approved.pair.access)
    except Exception as error:
        log.warning("a token that nobody keeps was not revoked: %s", type(error).__name__)
    else:
        log.info("a token that nobody keeps was revoked")


async def _is_kept(database: Database, approved: Approved) -> bool:
    async with database.control() as tx:
        if approved.team_id is not None:
            found = await store.find_workspace(tx, approved.team_id)
        else:
            found = await store.find_organization(tx, approved.enterprise_id or "")
    if found is None:
        return False
    stored = await find_stored_token(await database.tenant(found[0], while_frozen=True))
    return stored is not None and stored.pair.access == approved.pair.access
