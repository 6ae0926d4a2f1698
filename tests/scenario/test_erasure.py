"""F33: a workspace is erased while an agent answers in it. Nothing of it is left, nobody else notices."""

import asyncio
import logging
import signal
import sys
import time
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.sandbox import Sandbox
from bot.slack.revocation import SlackRevoker
from core.audit import record as audit
from core.db.scope import schema_of
from core.kernel.secret import Secret
from core.kernel.signing import verify
from core.lifecycle.certificate import KIND, get_certificate
from core.tenancy.install_workspace import Grant, install_workspace
from tests.integration.lifecycle import SIGNER, as_admin, erase, everything_with, one
from tests.scenario.test_recovery import HANDBOOK, in_thread, until
from tests.stage import spoken

CANARY = "canary7f3erased"
# A place for each column in which people, documents, models or Slack leave words.
PLACES = (
    "insert into person (person_id, standing, display_name) values ($1 || 'id', 'member', $1)",
    "insert into conversation (channel, thread_ts, agent, opened_by)"
    " values ($1 || 'c', $1 || 'ts', $1 || 'agent', $1 || 'by')",
    "insert into turn (turn_id, conversation_id, event_key, person_id, agent, question, answer,"
    " sources, model) select $1 || 't', id, $1 || 'k', $1 || 'p', $1 || 'a', $1, $1,"
    " jsonb_build_array($1), $1 || 'm' from conversation where channel = $1 || 'c'",
    "insert into outbox_message (key, channel, body, reason)"
    " values ($1 || 'o', $1 || 'c', jsonb_build_object('text', $1), $1)",
    "insert into inbox_event (event_id, mailbox, kind, payload, reason)"
    " values ($1 || 'e', $1 || 'box', 'event', $1, $1)",
    "insert into document (document_id, title, media, scope, content_sha256, added_by)"
    " values ($1 || 'd', $1, 'md', 'workspace', $1 || 'sum', $1)",
    "insert into chunk (document_id, position, heading, body, token_count, lexemes)"
    " values ($1 || 'd', 9, $1, $1, 1, to_tsvector('simple', $1))",
    "insert into lexeme (lexeme, chunk_count) values ($1, 1)",
    "insert into retention (data_class, keep_days, changed_by) values ('people', 9, $1)",
    "update oauth_tokens set scopes = $1",
)
COLUMNS = 20


async def spread_canary(context, provisioner) -> None:
    async with context.db.transaction() as tx:
        for statement in PLACES:
            await tx.execute(statement.replace("$1", "$1::text"), CANARY)
        await audit.record(
            tx, "knowledge:document:share", CANARY, outcome="done", reference=CANARY, title=CANARY
        )
    async with as_admin(provisioner) as admin:
        await admin.execute(
            "insert into control.mailbox (tenant_id, mailbox, due_at)"
            " values ($1, $2, now() + interval '1 day')",
            context.tenant_id,
            CANARY,
        )
        # The statistics of a column hold its most common values.
        await admin.execute(f"analyze {schema_of(context.tenant_id)}.turn")


async def found(provisioner) -> list[str]:
    async with as_admin(provisioner) as admin:
        return await everything_with(admin, CANARY)


async def rows_of(provisioner, context) -> list[str]:
    async with as_admin(provisioner) as admin:
        place = f"{schema_of(context.tenant_id)}."
        return sorted(row for row in await everything_with(admin, place) if row.startswith(place))


@pytest.fixture
async def slow_stage(stage_with):
    async with stage_with(words_per_s=2) as stage:
        await stage.add_document("northwind", "Hooks.md", HANDBOOK)
        yield stage


async def test_a_workspace_goes_while_an_agent_speaks_in_it(
    slow_stage, database, provisioner, caplog
):
    stage = slow_stage
    caplog.set_level(logging.INFO)
    northwind, harbor = stage.tenants["northwind"], stage.tenants["harbor"]
    await spread_canary(northwind, provisioner)
    columns = sum(row.count(CANARY) for row in await found(provisioner))
    assert columns >= COLUMNS, "the scan sees what is there"
    others = await rows_of(provisioner, harbor)

    async with aiohttp.ClientSession(stage.sandbox.url) as http:
        question = {"workspace": "northwind", "person": "ana", "in": "dm"}
        async with http.post(
            "/sandbox/say", json=question | {"text": f"Which hook for bicycle 5, {CANARY}?"}
        ):
            pass

        async def half_said():
            return [m for m in await in_thread(http) if m["streaming"] and "ocuments" in str(m)]

        await until(half_said)
        started = time.monotonic()
        certificate = await erase(
            database,
            provisioner,
            northwind.tenant_id,
            revoker=SlackRevoker(stage.product.clients.api),
        )
        took = time.monotonic() - started
        async with http.post("/sandbox/say", json=question | {"text": f"Still there? {CANARY}"}):
            pass
        assert await rows_of(provisioner, harbor) == others
        seen = await stage.play("- {workspace: harbor, person: dora, in: dm, say: help}")

    assert took < 60
    assert "ask" in spoken(seen).lower()
    assert await found(provisioner) == []
    assert CANARY not in caplog.text
    said = verify(certificate.signed, SIGNER.public_key, KIND)
    assert said["tokens"]["outcome"] == "revoked"
    assert stage.sandbox.world.find_workspace("northwind").bot_token == ""
    assert not [r for r in caplog.records if "could not be stored" in r.getMessage()]
    mine = [r for r in caplog.records if "stop" in r.getMessage() and r.exc_info]
    assert not mine, "a turn that was cancelled does not go on looking"


def said_to(stage, event_id, subtype=None):
    """The envelope of a direct message."""
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "ts": "1.1"}
    return {
        "type": "event_callback",
        "event_id": event_id,
        "team_id": stage.sandbox.world.find_workspace("northwind").id,
        "api_app_id": stage.sandbox.credentials["app_id"],
        "event": event | {"text": CANARY} | ({"subtype": subtype} if subtype else {}),
    }


async def test_late_events_of_an_erased_workspace_are_answered_and_nothing_is_stored(
    stage, database, provisioner
):
    """The process that takes them in still believes that the workspace is there."""
    tenant = stage.tenants["northwind"].tenant_id
    assert await stage.product.intake.accept_event(said_to(stage, "EvEarly", "channel_join"), "{}")
    await erase(database, provisioner, tenant)

    answered = await stage.product.intake.accept_event(said_to(stage, "EvLate"), "{}")

    assert answered is True
    assert await found(provisioner) == []
    assert not await one(
        provisioner, "select exists (select from control.mailbox where tenant_id = $1)", tenant
    )


@asynccontextmanager
async def erasing(environment, tenant):
    """`aegis tenants erase`, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "tenants",
        "erase",
        tenant,
        "--now",
        "--yes",
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


STEPS = {
    # What the test holds, so that the process waits there; and what the tenant is when it is killed.
    "before anything": ("lock table control.mailbox in share mode", "active"),
    "before the keys go": ("lock table control.workspace in share mode", "frozen"),
    "before the tables go": ("lock table {schema}.turn in access share mode", "erasing"),
    "before the certificate": ("lock table control.audit_checkpoint in share mode", "erasing"),
}


@pytest.mark.parametrize("step", STEPS)
async def test_kill_9_at_any_step_and_run_again(
    step, database, provisioner, process_environment, tmp_path
):
    lock, status = STEPS[step]
    async with Sandbox.open() as sandbox, as_admin(provisioner) as admin:
        await admin.execute("delete from control.workspace")
        given = sandbox.credentials["workspaces"][0]
        grant = Grant(given["id"], Secret(given["bot_token"]), given["bot_user_id"])
        tenant = await install_workspace(database, provisioner, grant)
        environment = process_environment | {"SLACK_API_BASE_URL": sandbox.api_url}
        async with erasing(environment, tenant) as process, admin.transaction():
            await admin.execute(lock.format(schema=schema_of(tenant)))
            await until(lambda: _waits(provisioner))
            process.send_signal(signal.SIGKILL)
            await process.wait()
        seen = await one(
            provisioner, "select status from control.tenant where tenant_id = $1", tenant
        )
        assert seen == status

        async with erasing(environment, tenant) as process:
            said, why = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0, why.decode()
        assert sandbox.world.workspaces[given["id"]].bot_token == ""

    certificate = await get_certificate(database, tenant)
    assert certificate.signed.text == said.decode().strip()
    assert b"signature" in why
    assert b"PUBLIC KEY" in why
    assert [
        row
        for row in await _rows_with(provisioner, tenant)
        if not row.startswith(("control.erasure_certificate", "control.tenant"))
    ] == []
    counted = await one(
        provisioner, "select count(*) from control.erasure_certificate where tenant_id = $1", tenant
    )
    assert counted == 1


async def _rows_with(provisioner, words) -> list[str]:
    async with as_admin(provisioner) as admin:
        return await everything_with(admin, words)


async def _waits(provisioner) -> bool:
    waiting: bool = await one(provisioner, "select exists (select from pg_locks where not granted)")
    return waiting


async def test_a_slack_that_is_away_is_named_and_stops_nothing(
    stage, database, provisioner, unused_tcp_port
):
    clients = stage.product.clients
    clients.base_url = f"http://127.0.0.1:{unused_tcp_port}/api/"

    certificate = await erase(
        database,
        provisioner,
        stage.tenants["northwind"].tenant_id,
        revoker=SlackRevoker(clients.api),
    )

    said = verify(certificate.signed, SIGNER.public_key, KIND)
    assert said["tokens"]["outcome"].startswith("could not be revoked: Client")
