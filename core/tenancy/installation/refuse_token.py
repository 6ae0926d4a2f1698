"""Slack takes a token no more: said once in the audit log and to the operator, and then believed.

A word that Slack also says in passing (`DOUBTFUL`) is believed until it takes the token again.
"""

import logging
import re

from core.audit import record as audit
from core.db.tenant import TenantContext
from core.kernel.ids import new_reference
from core.tenancy.installation import store
from core.tenancy.installation.model import TokenVersion

log = logging.getLogger(__name__)

ACTION = "tenancy:token:refuse"
ACCEPTED = "tenancy:token:accept"
# Slack also says these of a good token: from an address that the workspace does not allow, say.
DOUBTFUL = frozenset({"invalid_auth", "not_authed"})
DISCONNECTED = "This workspace is not connected to Slack any more: AEGIS has to be installed again."
# It is kept and shown: Slack's own words look like this.
_WORD = re.compile(r"[A-Za-z0-9_]{1,64}")


def audit_word(code: str) -> str:
    """Slack's word as it may be kept and shown; what does not look like one is not repeated."""
    return code if _WORD.fullmatch(code) else "unknown_error"


async def refuse_token(context: TenantContext, version: TokenVersion, code: str) -> bool:
    """Mark this version as refused with Slack's word *code*; False when that was known, or there is
    a newer one. Raises AuditUnwritable."""
    reference = new_reference()
    word = audit_word(code)
    async with context.db.transaction() as tx:
        if not await store.refuse_token(tx, context.tenant_id, version, word):
            return False
        await audit.record(tx, ACTION, "slack", outcome="done", reference=reference, code=word)
    log.error(
        "Slack refuses a workspace's token: it has to be installed again",
        extra={"tenant": context.tenant_id, "code": word, "audit_reference": reference},
    )
    return True


async def lift_refusal(context: TenantContext, version: TokenVersion, code: str) -> bool:
    """Slack takes this version again, after it had refused it with *code*. False when there is a
    newer one, or it was refused for another reason meanwhile. Raises AuditUnwritable."""
    reference = new_reference()
    async with context.db.transaction() as tx:
        if not await store.lift_refusal(tx, context.tenant_id, version, code):
            return False
        await audit.record(tx, ACCEPTED, "slack", outcome="done", reference=reference, code=code)
    log.warning(
        "Slack takes a workspace's token again",
        extra={"tenant": context.tenant_id, "code": code, "audit_reference": reference},
    )
    return True
