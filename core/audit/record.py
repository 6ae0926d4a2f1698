"""The tenant's audit log: written before the act, content-free, append-only, each row chained."""

import json
import logging
import re

import asyncpg

from core.audit import store
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import Unavailable
from core.kernel.ids import new_reference

log = logging.getLogger(__name__)

Detail = str | int | bool | None

# A row is one record wherever it is read: no line breaks, no terminal colours, no unseen letters.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LONGEST = 200  # characters of an actor, a reference or one detail
# The log says no: a right is gone, the chain is, the disk is full. A lost connection is not among
# them: there the whole act is tried again.
_NO = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.UndefinedTableError,
    asyncpg.RaiseError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.DiskFullError,
)


class AuditUnwritable(Unavailable):
    """The audit log takes no row, so the act it would tell of does not happen."""


async def record(
    tx: Tx,
    action: str,
    actor: str,
    *,
    outcome: str,
    reference: str,
    arguments: str = "",
    **detail: Detail,
) -> int:
    """Append one row in the caller's transaction, so that change and row happen both or neither.

    *action* is `slice:noun:verb`; *outcome* is attempt, done, refused or failed; *reference* joins
    the rows of one act; *arguments* is a fingerprint of what was given (`TenantContext.fingerprint`),
    or nothing; *detail* names ids and counts, never what a person wrote. Returns the row's number.
    Raises AuditUnwritable, with words for the person.

    From here to the end of the transaction the tenant's chain is locked, and every other audited
    transaction of this tenant waits. So record last: a row locked after this one, by somebody who
    locks it before, would be a deadlock.
    """
    try:
        return await store.put_event(
            tx, action, plain(actor), outcome, plain(reference), arguments, as_text(detail)
        )
    except _NO as error:
        shown = new_reference()
        log.error(
            "the audit log takes no row", exc_info=error, extra={"reference": shown, "act": action}
        )
        raise AuditUnwritable(
            f"This could not be written to the audit log, so it was not done. Reference: {shown}"
        ) from error


async def is_recorded(tx: Tx, action: str, outcome: str, reference: str) -> bool:
    """Whether the last day has such a row: for what is done again when its event is tried again, or
    comes in a second shape. The mailbox's lease keeps two from asking at once."""
    return await store.was_recorded(tx, action, outcome, plain(reference))


async def announce(
    context: TenantContext,
    action: str,
    actor: str,
    *,
    reference: str,
    arguments: str = "",
    **detail: Detail,
) -> int:
    """Commit an `attempt` row before something outside is asked. If this raises, do not ask.

    `core.audit.attempt` does this, and sees to the row of the outcome too.
    """
    async with context.db.transaction() as tx:
        return await record(
            tx,
            action,
            actor,
            outcome="attempt",
            reference=reference,
            arguments=arguments,
            **detail,
        )


def as_text(detail: dict[str, Detail]) -> str:
    """The detail as it is kept and hashed."""
    shown = {k: plain(v) if isinstance(v, str) else v for k, v in detail.items()}
    return json.dumps(shown, sort_keys=True, separators=(",", ":"))


def plain(text: str) -> str:
    """*text* as a row keeps it: one short line."""
    return flat(text)[:_LONGEST]


def flat(text: str) -> str:
    """*text* without what would end a line, colour a terminal or turn its direction."""
    return _CONTROL.sub("\ufffd", text)
