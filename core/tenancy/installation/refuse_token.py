"""Slack takes a token no more: said once in the audit log and to the operator, and then believed."""

import logging
import re

from core.audit import record as audit
from core.db.tenant import TenantContext
from core.kernel.ids import new_reference
from core.tenancy.installation import store
from core.tenancy.installation.model import TokenVersion

log = logging.getLogger(__name__)

ACTION = "tenancy:token:refuse"
DISCONNECTED = "This workspace is not connected to Slack any more: AEGIS has to be installed again."
# It is kept and shown: Slack's own words look like this.
_WORD = re.compile(r"[A-Za-z0-9_]{1,64}")


async def refuse_token(context: TenantContext, version: TokenVersion, code: str) -> bool:
    """Mark this version as refused with Slack's word *code*; False when that was known, or there is
    a newer one. Raises AuditUnwritable."""
    reference = new_reference()
    word = code if _WORD.fullmatch(code) else "unknown_error"
    async with context.db.transaction() as tx:
        if not await store.refuse_token(tx, context.tenant_id, version, word):
            return False
        await audit.record(tx, ACTION, "slack", outcome="done", reference=reference, code=word)
    log.error(
        "Slack refuses a workspace's token: it has to be installed again",
        extra={"tenant": context.tenant_id, "code": word, "audit_reference": reference},
    )
    return True
