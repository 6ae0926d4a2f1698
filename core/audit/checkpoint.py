"""Sign how far each tenant's chain has come, and hand it to somebody outside the database.

A chain of hashes cannot tell that its end was cut off, nor that all of it was written anew. A signed
checkpoint can: as long as one copy of it is out of reach of whoever changed the log.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence

from core.audit import store
from core.audit.chain.link import document_of
from core.audit.model import Checkpoint
from core.db.database import Database
from core.kernel.signing import Signed, Signer, canonical

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

    Raises what the sink raises.
    """
    signed, after = 0, ""
    while True:
        async with database.control() as tx:
            moved = await store.list_moved_chains(tx, after, limit=_PAGE)
        if not moved:
            return signed
        after = moved[-1][0]
        ahead = []
        for tenant, seq, head, signed_seq, at in moved:
            if seq < signed_seq:
                log.error(
                    "an audit chain stands before its own checkpoint: run `aegis audit verify`",
                    extra={"tenant": tenant, "seq": seq, "signed": signed_seq},
                )
                continue
            ahead.append(_sign(signer, Checkpoint(tenant, seq, head, at, signer.key_id, "")))
        # Away from the loop: the sink waits for a disk.
        await asyncio.to_thread(_hand_over, ahead, sink)
        async with database.control() as tx:
            await store.put_checkpoints(tx, ahead)
        signed += len(ahead)


def signed_text(checkpoint: Checkpoint) -> Signed:
    """What was signed, from what is kept of it."""
    text = canonical(document_of(checkpoint))
    return Signed(text, checkpoint.signature, checkpoint.key_id)


def _sign(signer: Signer, unsigned: Checkpoint) -> Checkpoint:
    signature = signer.sign(document_of(unsigned)).signature
    return Checkpoint(
        unsigned.tenant_id, unsigned.seq, unsigned.head, unsigned.at, signer.key_id, signature
    )


def _hand_over(checkpoints: Sequence[Checkpoint], sink: Sink) -> None:
    for checkpoint in checkpoints:
        signed = signed_text(checkpoint)
        line = {"text": signed.text, "signature": signed.signature, "key_id": signed.key_id}
        sink(json.dumps(line, separators=(",", ":")))
