"""After the run: what the sandbox delivered and shows, and what the database holds."""

import asyncio
import sys
from typing import Any

import asyncpg

from core.db import scope
from core.kernel.ids import TenantId
from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.processes import CHECKOUT
from tests.faults.history.model import Delivery, History, Message, Stored

DRAIN_SECONDS = 120.0


async def until_drained(cluster: Cluster, seconds: float = DRAIN_SECONDS) -> float:
    """Wait until nothing waits any more, or the time is over; how many seconds it took."""
    loop = asyncio.get_running_loop()
    began, quiet = loop.time(), 0
    admin = await asyncpg.connect(cluster.postgres.dsn())
    try:
        # Twice in a row: between two events of a mailbox its row may be gone for a moment.
        while quiet < 4 and loop.time() - began < seconds:
            waiting = await admin.fetchval("select count(*) from control.mailbox")
            quiet = 0 if waiting else quiet + 1
            await asyncio.sleep(0.25)
    finally:
        await admin.close()
    return loop.time() - began


async def collect(cluster: Cluster, history: History) -> None:
    """Fill in what can be seen in the end."""
    history.deliveries = [_delivery(line) for line in await cluster.slack.deliveries()]
    history.messages = [_message(line) for line in await cluster.slack.transcript()]
    history.canaries = {home.name: home.canary for home in cluster.homes}
    admin = await asyncpg.connect(cluster.postgres.dsn())
    try:
        history.mailboxes = await admin.fetchval("select count(*) from control.mailbox")
        history.stored = [await _stored(admin, home.name, home.tenant) for home in cluster.homes]
    finally:
        await admin.close()
    history.audit = await _verify(cluster)


async def _stored(admin: Any, workspace: str, tenant: TenantId) -> Stored:
    schema = scope.schema_of(tenant)
    inbox = await admin.fetch(f"select event_id, state from {schema}.inbox_event")
    turns = await admin.fetch(
        f"select event_key, state, coalesce(extract(epoch from finished_at), 0)::float8 as ended"
        f" from {schema}.turn"
    )
    outbox = await admin.fetch(
        f"select state, count(*) as n from {schema}.outbox_message group by 1"
    )
    return Stored(
        workspace,
        {row["event_id"]: row["state"] for row in inbox},
        {row["event_key"]: (row["state"], row["ended"]) for row in turns},
        {row["state"]: row["n"] for row in outbox},
    )


async def _verify(cluster: Cluster) -> list[str]:
    """What `aegis audit verify` says when it does not hold."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "audit", "verify"),
        env=cluster.environment | {"PATH": ""},
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return [] if process.returncode == 0 else said.decode(errors="replace").splitlines()[-20:]


def _delivery(line: dict[str, Any]) -> Delivery:
    return Delivery(
        str(line["event_id"]),
        str(line["type"]),
        str(line["workspace"]),
        int(line["attempt"]),
        float(line["sent_at"]),
        float(line["took_ms"]),
        str(line["status"]),
        str(line["ts"] or ""),
    )


def _message(line: dict[str, Any]) -> Message:
    return Message(
        str(line["workspace"]),
        str(line["channel_id"]),
        str(line.get("thread_ts") or ""),
        str(line["ts"]),
        bool(line["is_app"]),
        str(line["text"]),
        bool(line.get("streaming")),
    )
