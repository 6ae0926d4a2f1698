"""F30: the database's machine is lost, and its replica lacks the last second."""

import asyncio
from dataclasses import dataclass

import asyncpg

from bot.storage import open_storage
from core.audit.chain.checkpoint_file import CheckpointFile, read_checkpoints
from core.audit.checkpoint import sign_checkpoints
from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.standby import Standby
from tests.faults.kinds.database import READY_AGAIN_SECONDS
from tests.faults.kinds.stage import Stage

LOST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Failover:
    """What was committed in the lost second is gone, whoever was told that it is there. Nothing
    else may be: not what came before, and no word about the gap in an audit log.

    The checkpoints of that second are outside the database, and so stay: a chain that stands before
    its own checkpoint is a gap, and `aegis audit verify` has to name it.
    """

    number: str = "F30"
    name: str = "fail over to a replica without the last second"

    async def strike(self, stage: Stage) -> None:
        cluster, standby = stage.cluster, Standby(stage.cluster.postgres)
        await standby.follow()
        async with stage.broken(self.name, "acks", "answers", "turns", settle=READY_AGAIN_SECONDS):
            await standby.cut_off()
            await asyncio.sleep(LOST_SECONDS)
            await _sign(cluster)
            await cluster.postgres.kill()
            await standby.take_over()
            # Meanwhile it answers questions and takes nothing: replicas do, until somebody decides.
            await asyncio.sleep(stage.some_time(0.2, 1.5))
            stage.lost_checkpoints |= await _behind(cluster)
            await standby.promote()


async def _sign(cluster: Cluster) -> None:
    """As a worker does each minute: here the minute is over in the second that is lost."""
    sink = CheckpointFile(cluster.checkpoint_file)
    async with open_storage(cluster.addresses) as storage:
        await sign_checkpoints(storage.database, storage.signer, sink)


async def _behind(cluster: Cluster) -> set[str]:
    """Tenants whose chain ends before a checkpoint that somebody outside holds."""
    outside = await asyncio.to_thread(read_checkpoints, [cluster.checkpoint_file])
    admin = await asyncpg.connect(cluster.postgres.dsn())
    try:
        rows = await admin.fetch("select tenant_id, seq from control.audit_chain")
    finally:
        await admin.close()
    return {
        str(row["tenant_id"])
        for row in rows
        if any(one.seq > row["seq"] for one in outside.of(row["tenant_id"]))
    }
