"""After the run: what the sandbox delivered and shows, and what the database holds."""

import asyncio
import math
import re
import sys
from dataclasses import replace
from typing import Any

import asyncpg

from core.db import scope
from core.kernel.ids import TenantId
from tests.faults.cluster.cluster import Cluster
from tests.faults.cluster.processes import CHECKOUT
from tests.faults.history.model import Delivery, Form, History, Message, Said, Stored

STALLED_SECONDS = 120.0  # nothing has become less for so long: it never will
DRAIN_SECONDS = 900.0
_BROKEN = re.compile(r"tenant (\w+): BROKEN")


async def until_drained(cluster: Cluster, seconds: float = DRAIN_SECONDS) -> float:
    """Wait until nothing waits any more, here or at Slack; how many seconds it took.

    A machine that is merely slow is waited for: given up is what has not become less for
    STALLED_SECONDS, and everything after *seconds*.
    """
    loop = asyncio.get_running_loop()
    began = moved_at = loop.time()
    quiet, fewest = 0, math.inf
    admin = await asyncpg.connect(cluster.postgres.dsn())
    try:
        # Several times in a row: between two events of a mailbox its row may be gone for a moment.
        while quiet < 4 and loop.time() - began < seconds:
            waiting = await cluster.slack.under_way()
            waiting += await admin.fetchval("select count(*) from control.mailbox")
            quiet = 0 if waiting else quiet + 1
            if waiting < fewest:
                fewest, moved_at = waiting, loop.time()
            elif waiting and loop.time() - moved_at > STALLED_SECONDS:
                break
            await asyncio.sleep(0.25)
    finally:
        await admin.close()
    return loop.time() - began


async def collect(cluster: Cluster, history: History) -> None:
    """Fill in what can be seen in the end."""
    history.deliveries = [_delivery(line) for line in await cluster.slack.deliveries()]
    history.messages = [_message(line) for line in await cluster.slack.transcript()]
    history.said = [_repeated(said, history.messages) for said in _with_acks(history)]
    typed = [(each.workspace, each.at) for each in history.private]
    taken = _taken("/aegis", typed, history.deliveries)
    history.private = [
        replace(each, accepted=(each.workspace, each.at) in taken) for each in history.private
    ]
    history.canaries = {home.name: home.canary for home in cluster.homes}
    admin = await asyncpg.connect(cluster.postgres.dsn())
    try:
        history.mailboxes = await admin.fetchval("select count(*) from control.mailbox")
        history.stored = [await _stored(admin, home.name, home.tenant) for home in cluster.homes]
        history.forms = [
            await _outcome(admin, cluster.home(form.workspace).tenant, form)
            for form in history.forms
        ]
    finally:
        await admin.close()
    history.audit = [] if (said := await _verify(cluster)) is None else said[-20:]
    outside = await _verify(cluster, "--checkpoints", str(cluster.checkpoint_file))
    history.gaps = _broken_tenants(outside or [])


async def _stored(admin: Any, workspace: str, tenant: TenantId) -> Stored:
    schema = scope.schema_of(tenant)
    inbox = await admin.fetch(f"select event_id, state from {schema}.inbox_event")
    # A command has no message of its own: it goes by the one that repeats it, which begins a thread.
    turns = await admin.fetch(
        f"select case when t.event_key like 'command:%' then c.channel || ':' || c.thread_ts"
        f" else t.event_key end as event_key, t.state,"
        f" coalesce(extract(epoch from t.finished_at), 0)::float8 as ended"
        f" from {schema}.turn t join {schema}.conversation c on c.id = t.conversation_id"
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


def _with_acks(history: History) -> list[Said]:
    """What was said, with what became of the delivery of each `/ask`."""
    commands = [said for said in history.said if said.command]
    taken = _taken("/ask", [(said.workspace, said.at) for said in commands], history.deliveries)
    return [
        replace(said, accepted=(said.workspace, said.at) in taken) if said.command else said
        for said in history.said
    ]


def _taken(
    command: str, typed: list[tuple[str, float]], deliveries: list[Delivery]
) -> set[tuple[str, float]]:
    """Of commands (workspace and moment) those whose delivery was answered 200: the first of its
    kind and workspace after each, for nobody there types two at a time."""
    taken = set()
    for workspace, at in typed:
        until = min(
            (other for where, other in typed if where == workspace and other > at), default=math.inf
        )
        if any(
            each.acknowledged
            and (each.kind, each.workspace) == (command, workspace)
            and at <= each.sent_at < until
            for each in deliveries
        ):
            taken.add((workspace, at))
    return taken


def _repeated(said: Said, messages: list[Message]) -> Said:
    """A command, with its place: where the app's first message with its token begins a thread."""
    if not said.command:
        return said
    for message in messages:
        begins = not message.thread_ts or message.thread_ts == message.ts
        if message.is_app and begins and said.token in message.text:
            return replace(said, channel=message.channel, ts=message.ts, thread=message.ts)
    return said


async def _outcome(admin: Any, tenant: TenantId, form: Form) -> Form:
    """How many agents have the form's name."""
    schema = scope.schema_of(tenant)
    saved = await admin.fetchval(
        f"select count(*) from {schema}.profile_version where body ->> 'name' = $1", form.name
    )
    return replace(form, saved=saved)


async def _verify(cluster: Cluster, *options: str) -> list[str] | None:
    """What `aegis audit verify` says when it does not hold; None when it does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "audit", "verify", *options),
        env=cluster.environment | {"PATH": ""},
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return None if process.returncode == 0 else said.decode(errors="replace").splitlines()


def _broken_tenants(said: list[str]) -> list[str]:
    """Of lines like `tenant …: BROKEN at row 7: …`, whose they are."""
    found = (_BROKEN.match(line) for line in said)
    return sorted({match[1] for match in found if match})


def _delivery(line: dict[str, Any]) -> Delivery:
    return Delivery(
        str(line["event_id"] or ""),
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
        str(line.get("ephemeral_to") or ""),
    )
