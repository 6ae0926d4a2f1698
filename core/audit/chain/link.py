"""The hash of a row: what `control.audit_hash` computes in the database, computed without it.

SHA-256 over netstrings (D. J. Bernstein, “Netstrings”, 1997: `length:bytes,`), so that no two rows
read the same, wherever a field ends. The first row follows 64 zeros.
"""

import hashlib
from datetime import UTC, datetime

from core.audit.model import CHECKPOINT_KIND, ChainedEvent, Checkpoint


def netstring(text: str) -> bytes:
    data = text.encode()
    return b"%d:%b," % (len(data), data)


def stamp(at: datetime) -> str:
    """UTC with microseconds, as in `2026-11-24T00:30:00.000001Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def hash_of(tenant: str, event: ChainedEvent, *, seq: int | None = None) -> str:
    """The hash that *event* should carry, or would carry as row *seq*; "" for what is no row of
    ours."""
    fields = (
        tenant,
        str(event.seq if seq is None else seq),
        stamp(event.at) if event.at else None,
        event.action,
        event.actor,
        event.outcome,
        event.reference,
        event.arguments,
        event.detail,
        event.previous,
    )
    known = [field for field in fields if field is not None]
    if len(known) < len(fields):
        return ""
    return hashlib.sha256(b"".join(map(netstring, known))).hexdigest()


def document_of(checkpoint: Checkpoint) -> dict[str, str | int]:
    """What is signed of a checkpoint."""
    return {
        "kind": CHECKPOINT_KIND,
        "tenant": checkpoint.tenant_id,
        "seq": checkpoint.seq,
        "head": checkpoint.head,
        "at": stamp(checkpoint.at),
    }
