"""Tenants at different versions: those that this program can serve are served alike, and one that it
cannot is refused alone, its events kept until somebody can (F24)."""

import asyncio
import logging

import aiohttp
import asyncpg
import pytest

from core.db import migrate
from core.db.database import OLDEST_SERVED
from core.kernel.errors import Unavailable
from core.tenancy.install_workspace import Provisioner
from core.tenancy.provision import provision_tenant
from tests.stage import open_stage, spoken

NEWEST = len(migrate.load("tenant"))
OLD, NEW = "northwind", "harbor"
HANDBOOK = "# Handbook\n\n## Bike stipend\n\nYou can claim 900 euros every three years.\n"
NOTES = "# Notes\n\n## Lunch\n\nLunch is at noon in the canteen on the second floor.\n"


class TwoVersions(Provisioner):
    """One of the sandbox's workspaces gets a tenant as an older program left it."""

    async def tenant_for(self, team_id: str):
        if team_id != "TNORTHWIND":
            return await super().tenant_for(team_id)
        admin = await asyncpg.connect(self.admin_dsn)
        try:
            return await provision_tenant(
                admin,
                self.master,
                self.service_login,
                team_id,
                migrate.load("tenant")[:OLDEST_SERVED],
            )
        finally:
            await admin.close()


@pytest.fixture
async def two_versions(database, provisioner, tmp_path):
    made = TwoVersions(provisioner.admin_dsn, provisioner.service_login, provisioner.master)
    async with open_stage(database, made, tmp_path) as stage:
        yield stage


async def until(look, seconds=30.0):
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110 - what is awaited is on the wire
            await asyncio.sleep(0.05)
        return found


async def _is_quiet(context) -> bool:
    async with context.db.transaction() as tx:
        return not await tx.fetchval(
            "select exists (select from inbox_event where state = 'waiting')"
        )


@pytest.mark.parametrize(("company", "person"), [(OLD, "ana"), (NEW, "dora")])
async def test_the_oldest_version_that_is_served_does_all_that_the_newest_does(
    two_versions, new_document, company, person
):
    stage = two_versions
    await stage.add_document(company, "Handbook.md", HANDBOOK)
    await new_document("Notes.md", NOTES)

    lines = await stage.play(
        f"""
        - {{workspace: {company}, person: {person}, in: dm, say: "What is the bike stipend?"}}
        - {{workspace: {company}, person: {person}, in: "#general", say: "@AEGIS what is the bike stipend?"}}
        - {{thread: last, say: "And when do we get it again?"}}
        - {{workspace: {company}, person: {person}, in: dm, upload: Notes.md}}
        - {{workspace: {company}, person: {person}, in: dm, say: "Where and when is lunch?"}}
        - {{workspace: {company}, person: {person}, in: dm, command: /aegis help}}
        """
    )
    context = stage.tenants[company]
    # The last answer is read before the row of its command is closed.
    await until(lambda: _is_quiet(context))
    async with context.db.transaction() as tx:
        events = await tx.fetch("select state from inbox_event")
        turns = await tx.fetch("select state from turn")
        audited = await tx.fetchval("select count(*) from audit_event where outcome = 'done'")

    assert context.schema_version == (OLDEST_SERVED if company == OLD else NEWEST)
    assert "900 euros" in spoken(lines)
    assert "second floor" in spoken(lines)
    assert {row["state"] for row in events} == {"done"}
    assert [row["state"] for row in turns] == ["done"] * 4
    assert audited >= 4


@pytest.mark.parametrize("version", [OLDEST_SERVED - 1, NEWEST + 1], ids=["older", "newer"])
async def test_a_tenant_of_a_version_not_served_waits_alone_and_is_answered_when_it_is(
    stage, admin, caplog, version
):
    for name in (OLD, NEW):
        await stage.add_document(name, "Handbook.md", HANDBOOK)
    tenant = stage.tenants[OLD].tenant_id
    database = stage.product.services.database
    served = await _set_version(admin, database, tenant, version)
    async with aiohttp.ClientSession(stage.sandbox.url) as http:
        with caplog.at_level(logging.WARNING):
            await _say(http)
            [waiting] = await until(lambda: _left_for_later(admin, tenant))
            theirs = await stage.play(
                f"[{{workspace: {NEW}, person: dora, in: dm, say: 'What is the bike stipend?'}}]"
            )
        said_meanwhile = await _answers(http)
        with pytest.raises(Unavailable) as refused:
            await database.tenant(tenant)

        await _set_version(admin, database, tenant, served)
        await admin.execute(
            "update control.mailbox set due_at = now() where tenant_id = $1", tenant
        )
        answers = await until(lambda: _answers(http))

    assert waiting["attempts"] == 0
    assert said_meanwhile == []
    assert "900 euros" in spoken(theirs)
    assert "being updated" in str(refused.value)
    assert any(
        getattr(record, "version", None) == version and getattr(record, "tenant", None) == tenant
        for record in caplog.records
    )
    assert len(answers) == 1
    assert "900 euros" in str(answers)


async def _set_version(admin, database, tenant, version) -> int:
    before = await admin.fetchval(
        "select schema_version from control.tenant where tenant_id = $1", tenant
    )
    await admin.execute(
        "update control.tenant set schema_version = $2 where tenant_id = $1", tenant, version
    )
    database.forget(tenant)
    return before


async def _left_for_later(admin, tenant):
    return await admin.fetch(
        "select attempts from control.mailbox"
        " where tenant_id = $1 and lease_by is null and due_at > now()",
        tenant,
    )


async def _say(http):
    body = {"workspace": OLD, "person": "ana", "in": "dm", "text": "What is the bike stipend?"}
    async with http.post("/sandbox/say", json=body) as answer:
        assert answer.status == 200


async def _answers(http):
    """The app's finished messages in ana's direct message."""
    query = f"/sandbox/messages?workspace={OLD}&person=ana&channel=dm"
    async with http.get(query) as answer:
        found = await answer.json()
    return [m for m in found["messages"] if m.get("bot_id") and not m["streaming"]]
