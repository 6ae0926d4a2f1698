"""Ask Slack again about tokens that it refused with a word which it also says in passing."""

import logging

import asyncpg

from core.db.database import Database
from core.kernel.errors import DomainError, Postponed
from core.kernel.ids import TenantId
from core.kernel.sealing import CannotOpen
from core.lifecycle import store
from core.lifecycle.installation.list_refused import list_refused
from core.tenancy.install_workspace import find_stored_token
from core.tenancy.installation.ports import TokenProbe
from core.tenancy.installation.refuse_token import DOUBTFUL, lift_refusal

log = logging.getLogger(__name__)


async def recheck_refused(database: Database, probe: TokenProbe) -> None:
    """Of every active tenant: one that Slack takes again is served again, and its mail is due."""
    for tenant, code in (await list_refused(database)).items():
        if code not in DOUBTFUL:
            continue
        try:
            await _recheck(database, probe, tenant, code)
        except (DomainError, CannotOpen, Postponed, asyncpg.PostgresError) as error:
            log.info(
                "a refused token is asked about later",
                extra={"tenant": tenant, "why": type(error).__name__},
            )


async def _recheck(database: Database, probe: TokenProbe, tenant: TenantId, code: str) -> None:
    context = await database.tenant(tenant)
    found = await find_stored_token(context)
    if found is None or not await probe.takes(found.pair.access):
        return
    if await lift_refusal(context, found.version, code):
        async with database.control() as tx:
            await store.wake_tenant(tx, tenant)
