"""The workers of one process: one for what people say, one for the files they give."""

import os
import socket

from bot.worker.mailboxes import MailboxDrain
from bot.worker.worker import Worker
from core.db.database import Database
from core.kernel.ids import new_id

FILES_AT_ONCE = 4  # no tenant has more than half of it


def open_workers(
    database: Database, drain: MailboxDrain, lease_seconds: float
) -> tuple[Worker, Worker]:
    """Each has slots and leases of its own, so that no question waits for a file. The first is the one
    to wake when something was stored; a file is looked for every now and then."""
    name = f"{socket.gethostname()}:{os.getpid()}:{new_id()[:8]}"
    return (
        Worker(database, drain, name=name, lease_seconds=lease_seconds),
        Worker(
            database,
            drain,
            name=f"{name}:files",
            lane="reading",
            at_once=FILES_AT_ONCE,
            lease_seconds=lease_seconds,
        ),
    )
