"""A sign-in to install, under way in somebody's browser: begun, and taken up once.

Of the state and of the browser's cookie keyed hashes are kept: who reads the table can finish
nobody's attempt. A state belongs to one browser, and a browser may have several (tabs).
"""

import hashlib
import hmac
import logging
import re
import secrets
from dataclasses import dataclass

from core.db.database import Database
from core.kernel.errors import Unavailable
from core.kernel.secret import Secret
from core.tenancy.installation import store

log = logging.getLogger(__name__)

KIND = "slack_install"
STATE_SECONDS = 600.0
# What a flood of attempts may leave in the table, which is cleaned with each new one.
MOST = 10_000
CROWDED = "Too many installations are under way. Please try again in ten minutes."
_RANDOM = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Begun:
    """The state for the authorize address, and the value of the browser's cookie."""

    state: str
    browser: str


async def begin_install(database: Database, key: Secret, browser: str | None) -> Begun:
    """A new attempt in the browser with this cookie, or in one that has none (or not one of ours).

    Raises Unavailable when MOST are under way, by all browsers together.
    """
    if browser is None or not _RANDOM.fullmatch(browser):
        browser = secrets.token_urlsafe(32)
    state = secrets.token_urlsafe(32)
    async with database.statements() as tx:
        await store.drop_old_states(tx)
        hashed = _hashed(key, "state", state), KIND, _hashed(key, "browser", browser)
        if not await store.put_state(tx, *hashed, STATE_SECONDS, MOST):
            log.error("too many installations are under way: nobody can begin another")
            raise Unavailable(CROWDED)
    return Begun(state, browser)


async def take_state(database: Database, key: Secret, state: str, browser: str | None) -> bool:
    """Whether this browser has begun this attempt within STATE_SECONDS. True once at most."""
    if browser is None or not _RANDOM.fullmatch(browser) or not _RANDOM.fullmatch(state):
        return False
    async with database.statements() as tx:
        return await store.take_state(
            tx, _hashed(key, "state", state), KIND, _hashed(key, "browser", browser)
        )


def _hashed(key: Secret, what: str, value: str) -> str:
    text = f"{KIND}:{what}:{value}".encode()
    return hmac.new(key.reveal().encode(), text, hashlib.sha256).hexdigest()
