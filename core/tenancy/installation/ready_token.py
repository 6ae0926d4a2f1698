"""A token that can be used now: renewed before it expires, by one process at a time.

Slack spends the refresh token with its use, so two who renew at once would break the installation.
The lease is a time in the token's row, so no connection is held while Slack is asked. The new pair
is committed before anybody uses it. A process that dies between Slack's answer and the commit
leaves a refresh token that may be spent: the next one tries it once more. If Slack refuses that, the
access token is still good for the rest of its life (`StoredToken.ends_at`), and is used until then.
"""

import asyncio
import logging
import time

import asyncpg

from core.audit.attempt import Attempt, attempt
from core.db.database import Database
from core.db.tenant import TenantContext
from core.kernel.errors import Busy, Disconnected, Postponed, Unavailable
from core.kernel.ids import new_reference
from core.kernel.waiting.outage import DATABASE_AWAY
from core.tenancy.install_workspace import open_stored_token
from core.tenancy.installation import store
from core.tenancy.installation.model import StoredToken, TokenPair, TokenVersion
from core.tenancy.installation.ports import RefreshRefused, SlackOAuth
from core.tenancy.installation.refuse_token import DISCONNECTED, audit_word, refuse_token

log = logging.getLogger(__name__)

ACTION = "tenancy:token:refresh"
# Longer than Slack may take to answer and the commit after it. After a failure it is the pause.
LEASE_SECONDS = 30.0
ASK_SECONDS = 15.0
WAIT_SECONDS = 10.0
_PAUSE_SECONDS = 0.2
# A pair that Slack has handed out is lost with the process that holds it: about five minutes, longer
# than a failover takes.
_KEEP_PAUSES = (0.2, 0.4, 0.8, 1.6, 3.0, 6.0, *([10.0] * 30))
_PASSING = (OSError, *DATABASE_AWAY, asyncpg.InterfaceError, Unavailable, Busy)
_sleep = asyncio.sleep


async def ready_token(
    database: Database,
    context: TenantContext,
    slack: SlackOAuth | None,
    *,
    spent: TokenVersion | None = None,
) -> StoredToken | None:
    """The token, renewed if it is due; None when there is none. *spent* is a version that Slack
    called expired, whatever its time. *slack* is None where no app's credentials are set.

    Raises Disconnected (Slack has refused it), Postponed (expired, and not renewed yet).
    """
    until, renewed = time.monotonic() + WAIT_SECONDS, False
    while True:
        found = await open_stored_token(database, context)
        if found is None:
            return None
        if found.refused:
            raise Disconnected(DISCONNECTED)
        is_expired = found.is_expired or found.version == spent
        if not (found.is_due or is_expired) or (renewed and not is_expired):
            return found
        # With a refresh token that Slack has refused there is no more to come of waiting.
        is_final = found.ends_at is not None and not found.is_expired
        if is_expired and (found.pair.refresh is None or is_final):
            await refuse_token(context, found.version, "token_expired")
            continue
        if (
            slack
            and found.pair.refresh
            and await _renewed(database, context, slack, found, is_expired=is_expired)
        ):
            renewed = True
            continue
        if not is_expired:
            return found
        if time.monotonic() > until:
            raise Postponed("the workspace's token has expired and is not renewed yet")
        await asyncio.sleep(_PAUSE_SECONDS)


async def _renewed(
    database: Database,
    context: TenantContext,
    slack: SlackOAuth,
    found: StoredToken,
    *,
    is_expired: bool,
) -> bool:
    """Whether there is news in the row; not so while another process is at it, or Slack is away."""
    async with context.db.transaction() as tx:
        if not await store.claim_refresh(tx, context.tenant_id, found.version, LEASE_SECONDS):
            return False
    try:
        await _renew(database, context, slack, found, is_expired=is_expired)
    except (Unavailable, Busy) as error:
        log.warning(
            "a token could not be renewed; it is tried again",
            extra={"tenant": context.tenant_id, "why": type(error).__name__},
        )
        return False
    return True


async def _renew(
    database: Database,
    context: TenantContext,
    slack: SlackOAuth,
    found: StoredToken,
    *,
    is_expired: bool,
) -> None:
    assert found.pair.refresh is not None
    async with attempt(context, ACTION, "aegis", reference=new_reference()) as act:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                pair = await slack.refresh(found.pair.refresh)
        except TimeoutError:
            raise Unavailable("Slack did not answer in time.") from None
        except RefreshRefused as error:
            await act.conclude("refused", code=error.code)
            if is_expired:
                await refuse_token(context, found.version, error.code)
            else:
                await _let_it_end(context, found.version, error.code)
            return
        await _keep(database, found, pair, act)


async def _let_it_end(context: TenantContext, version: TokenVersion, code: str) -> None:
    """Slack renews this token no more, and takes it to its end. Whoever opens it tells the owner."""
    async with context.db.transaction() as tx:
        kept = await store.put_off_refresh(tx, context.tenant_id, version)
    if kept:
        log.error(
            "Slack refuses to renew a workspace's token: it works until it expires",
            extra={"tenant": context.tenant_id, "code": audit_word(code)},
        )


async def _keep(database: Database, found: StoredToken, pair: TokenPair, act: Attempt) -> None:
    """The old refresh token is spent by now, so this is not given up at the first trouble.

    Should the lease run out meanwhile and another process be refused with the spent token, the
    pair that is stored here lifts that refusal.
    """
    for pause in (*_KEEP_PAUSES, None):
        try:
            await _commit(database, found, pair, act)
        except _PASSING as error:
            if pause is None:
                raise
            log.warning("a renewed token is not stored yet", extra={"why": type(error).__name__})
            await _sleep(pause)
        else:
            return


async def _commit(database: Database, found: StoredToken, pair: TokenPair, act: Attempt) -> None:
    tenant = act.context.tenant_id
    async with database.sealing(tenant, while_frozen=True) as (tx, context):
        sealed = context.sealer.seal(pair.as_text(), tenant, *store.ROW)
        kept = await store.replace_pair(
            tx, tenant, found.version, sealed, context.sealer.key_id, pair.expires_in
        )
        await act.record(tx, "done" if kept else "refused", kept=kept)
