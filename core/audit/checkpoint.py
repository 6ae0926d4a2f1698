"""Sign how far each tenant's chain has come, and hand it to somebody outside the database.

A chain of hashes cannot tell that its end was cut off, nor that all of it was written anew. A signed
checkpoint can: as long as one copy of it is out of reach of whoever changed the log.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from core.audit import store
from core.audit.chain.link import document_of
from core.audit.model import CHECKPOINT_KIND, Checkpoint
from core.db.database import Database
from core.kernel.signing import BadSignature, Signed, Signer, canonical, verify

log = logging.getLogger(__name__)

Sink = Callable[[str], None]
_PAGE = 500


async def sign_checkpoints(database: Database, signer: Signer, sink: Sink) -> int:
    """Sign every chain that has moved since its newest checkpoint; returns how many there were.

    *sink* gets a JSON line for each: `text`, `signature`, `key_id`. It is asked first and the
    switchboard after it: a sink that fails, or a process that dies between the two, leaves the chain
    as one that has moved, so it is signed again the next time. Written the other way round, a chain
    at rest would never reach the sink. So a line may stand there twice, as it may when two processes
    sign at once: the times differ, the row and its hash do not, and the switchboard keeps one.

    A checkpoint counts only if *signer* has signed it: what somebody else has put into the
    switchboard stops nothing, at most for the hour until a chain at rest is looked at.
    Raises what the sink raises.
    """
    signed, after, turn = 0, "", int(time.time() // 60) % 60
    while True:
        async with database.control() as tx:
            chains = await store.list_moved_chains(tx, after, turn=turn, limit=_PAGE)
            heads = {tenant: seq for tenant, seq, _, _ in chains}
            known = await store.list_checkpoints_from(tx, heads)
        if not chains:
            return signed
        after = chains[-1][0]
        unsigned = [
            Checkpoint(tenant, seq, head, at, signer.key_id, "") for tenant, seq, head, at in chains
        ]
        # Away from the loop: signatures are work, and the sink waits for a disk.
        ahead = await asyncio.to_thread(_sign_due, signer, unsigned, known)
        await asyncio.to_thread(_hand_over, ahead, sink)
        async with database.control() as tx:
            await store.put_checkpoints(tx, ahead)
        signed += len(ahead)


def signed_text(checkpoint: Checkpoint) -> Signed:
    """What was signed, from what is kept of it."""
    text = canonical(document_of(checkpoint))
    return Signed(text, checkpoint.signature, checkpoint.key_id)


def is_signed_by(signer: Signer, checkpoint: Checkpoint) -> bool:
    """The switchboard also holds what others have put there."""
    try:
        verify(signed_text(checkpoint), signer.public_key, CHECKPOINT_KIND)
    except BadSignature:
        return False
    return True


def _sign_due(
    signer: Signer, unsigned: Sequence[Checkpoint], known: Mapping[str, Sequence[Checkpoint]]
) -> list[Checkpoint]:
    return [
        replace(one, signature=signer.sign(document_of(one)).signature)
        for one in unsigned
        if _is_due(signer, one, known.get(one.tenant_id, ()))
    ]


def _is_due(signer: Signer, head: Checkpoint, known: Sequence[Checkpoint]) -> bool:
    """*known*: what the switchboard has of that row, and of rows that are not there."""
    where = {"tenant": head.tenant_id, "seq": head.seq}
    ours = [one for one in known if is_signed_by(signer, one)]
    if any(one.seq > head.seq for one in ours):
        log.error(
            "an audit chain stands before its own checkpoint: run `aegis audit verify`", extra=where
        )
        return False
    if any(one.head != head.head for one in ours):
        log.error("an audit chain is not what was signed: run `aegis audit verify`", extra=where)
        return False
    if len(ours) < len(known):
        log.warning(
            "a checkpoint in the database is not signed with this key: it counts for nothing",
            extra=where,
        )
    return not ours


def _hand_over(checkpoints: Sequence[Checkpoint], sink: Sink) -> None:
    for checkpoint in checkpoints:
        signed = signed_text(checkpoint)
        line = {"text": signed.text, "signature": signed.signature, "key_id": signed.key_id}
        sink(json.dumps(line, separators=(",", ":")))
