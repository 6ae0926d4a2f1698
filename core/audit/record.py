"""The tenant's audit log: written before the act, content-free, append-only, each row chained."""

import json
import re

from core.db import sql
from core.db.tenant import TenantContext
from core.db.transaction import Tx

SQL = sql.load("core.audit")

Detail = str | int | bool | None

# A row is one record wherever it is read: no line breaks, no terminal colours, no unseen letters.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LONGEST = 200  # characters of an actor, a reference or one detail


async def record(
    tx: Tx,
    action: str,
    actor: str,
    *,
    outcome: str,
    reference: str,
    arguments: str = "",
    **detail: Detail,
) -> None:
    """Append one row in the caller's transaction, so that change and row happen both or neither.

    *action* is `slice:noun:verb`; *outcome* is attempt, done, refused or failed; *reference* joins
    the rows of one act; *arguments* is a fingerprint of what was given (`TenantContext.fingerprint`),
    or nothing; *detail* names ids and counts, never what a person wrote. The database numbers,
    dates and chains the row. Rows of one tenant queue here until the transaction ends.
    """
    shown = {key: _plain(value) for key, value in detail.items()}
    text = json.dumps(shown, sort_keys=True, separators=(",", ":"))
    await tx.execute(
        SQL["put_event"], action, _plain(actor), outcome, _plain(reference), arguments, text
    )


async def announce(
    context: TenantContext,
    action: str,
    actor: str,
    *,
    reference: str,
    arguments: str = "",
    **detail: Detail,
) -> None:
    """Commit an `attempt` row before something outside is asked. If this raises, do not ask."""
    async with context.db.transaction() as tx:
        await record(
            tx,
            action,
            actor,
            outcome="attempt",
            reference=reference,
            arguments=arguments,
            **detail,
        )


def _plain(value: Detail) -> Detail:
    return _CONTROL.sub("\ufffd", value)[:_LONGEST] if isinstance(value, str) else value
