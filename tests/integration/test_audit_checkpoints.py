"""Signed checkpoints: every chain that moved, here and outside, and nothing lost on the way."""

import asyncio
import json
import logging
import threading
from datetime import timedelta

import asyncpg
import pytest

from bot.schedule import checkpoint_sink, housekeeping, jobs
from bot.settings import Settings
from core.audit import store
from core.audit.chain.checkpoint_file import LOGGER
from core.audit.checkpoint import sign_checkpoints
from core.audit.model import CHECKPOINT_KIND
from core.kernel.signing import Signed, verify
from tests.integration.audit_log import SIGNER, sign, superuser, verified, write


async def kept(database, context):
    async with database.control() as tx:
        return await store.list_checkpoints(tx, context.tenant_id, first=0, last=2**62)


def about(lines, context):
    return [
        document
        for line in lines
        if (document := verify(Signed(**json.loads(line)), SIGNER.public_key, CHECKPOINT_KIND))[
            "tenant"
        ]
        == context.tenant_id
    ]


async def test_a_chain_that_moved_is_signed_once_and_one_at_rest_is_not(new_context, database):
    moved, still = await new_context(), await new_context()
    await write(moved, 3)

    first, second = await sign(database), await sign(database)

    (document,) = about(first, moved)
    assert (document["seq"], len(document["head"])) == (3, 64)
    assert about(first, still) == about(second, moved) == []
    assert [one.seq for one in await kept(database, moved)] == [3]


async def test_each_checkpoint_names_the_head_of_its_row(context, database):
    for count in (1, 4, 2):
        await write(context, count)
        await sign(database)

    assert [one.seq for one in await kept(database, context)] == [1, 5, 7]
    assert (await verified(database, context)).holds


async def test_two_processes_at_once_do_no_harm(context, database):
    await write(context, 2)
    lines, both = [], threading.Barrier(2, timeout=20)

    def sink(line):
        lines.append(line)
        if context.tenant_id in line:
            both.wait()  # neither has kept it when the other signs

    await asyncio.gather(*(sign_checkpoints(database, SIGNER, sink) for _ in range(2)))

    told = about(lines, context)
    assert len(told) == 2
    assert len({(one["seq"], one["head"]) for one in told}) == 1
    assert len(await kept(database, context)) == 1
    assert (await verified(database, context)).holds


async def test_a_sink_that_fails_loses_no_checkpoint(context, database):
    """It comes first: what it did not take is signed again, and only then kept."""
    await write(context, 2)

    def full(line):
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        await sign_checkpoints(database, SIGNER, full)
    assert await kept(database, context) == []

    assert [one["seq"] for one in about(await sign(database), context)] == [2]
    assert [one.seq for one in await kept(database, context)] == [2]


async def test_a_chain_that_was_set_back_is_reported_and_not_signed(
    context, database, admin_dsn, caplog
):
    await write(context, 5)
    await sign(database)
    async with superuser(admin_dsn, context) as admin:
        await admin.execute(
            "update control.audit_chain set seq = 3 where tenant_id = $1", context.tenant_id
        )

    lines = await sign(database)

    assert about(lines, context) == []
    assert "an audit chain stands before its own checkpoint" in caplog.text


async def test_many_chains_are_signed_page_by_page(new_context, database, monkeypatch):
    monkeypatch.setattr("core.audit.checkpoint._PAGE", 2)
    contexts = [await new_context() for _ in range(5)]
    for context in contexts:
        await write(context, 1)

    lines = await sign(database)

    assert [len(about(lines, context)) for context in contexts] == [1] * 5


async def test_the_tenants_role_and_the_service_cannot_change_a_checkpoint(context, database):
    for statement in (
        "update control.audit_checkpoint set head = head",
        "delete from control.audit_checkpoint",
        "update control.audit_chain set seq = 0",
        "delete from control.audit_chain",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.control() as tx:
                await tx.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with context.db.transaction() as tx:
                await tx.execute(statement)


async def test_every_minute_a_job_signs_into_the_file_that_is_set(stage_with, tmp_path, caplog):
    path = tmp_path / "checkpoints"
    async with stage_with(works=False, settings={"checkpoint_file": path}) as stage:
        job = next(job for job in jobs(stage.product) if job.name == "sign_checkpoints")
        await write(stage.tenants["northwind"], 1)
        await job.run()
        scheduled = housekeeping(stage.product).get_jobs()

    tenants = {
        json.loads(json.loads(line)["text"])["tenant"] for line in path.read_text().splitlines()
    }
    assert stage.tenants["northwind"].tenant_id in tenants
    assert job.every == timedelta(minutes=1)
    assert {one.id for one in scheduled} == {job.name for job in jobs(stage.product)}


def test_without_a_file_the_log_is_the_place(caplog):
    caplog.set_level(logging.INFO, LOGGER)

    checkpoint_sink(Settings.model_validate({}))('{"100%": "sure"}')

    assert [(r.name, r.levelname, r.message) for r in caplog.records] == [
        (LOGGER, "INFO", '{"100%": "sure"}')
    ]
