"""Talk that is no business of ours is counted once and wakes nobody; an organization's events find
the workspace they happened in, and its own record."""

import json
import os

import pytest

from bot.intake.accept import Intake
from bot.intake.batch import EventBatch
from core.tenancy.workspaces import Workspaces

BOT = "UBOT"
ROOT = {"type": "message", "user": "U1", "channel": "C1", "channel_type": "channel", "ts": "1.1"}


@pytest.fixture
def intake(database):
    return Intake(Workspaces(database), EventBatch(database, lambda: None), None)


@pytest.fixture
async def team(provisioner):
    team = "T" + os.urandom(5).hex().upper()
    await provisioner.tenant_for(team)
    return team


@pytest.fixture
async def enterprise(provisioner):
    enterprise = "E" + os.urandom(5).hex().upper()
    await provisioner.organization_for(enterprise)
    return enterprise


async def take(intake, event: dict, **more) -> str:
    """The event's id, once the intake has taken it in."""
    event_id = "Ev" + os.urandom(5).hex().upper()
    envelope = {"type": "event_callback", "event_id": event_id, "event": event} | more
    await intake.accept_event(envelope, json.dumps(envelope))
    await intake.accept_event(envelope, json.dumps(envelope))
    return event_id


async def rows(database, tenant: str, event_id: str) -> list[tuple]:
    context = await database.tenant(tenant)
    async with context.db.transaction() as tx:
        found = await tx.fetch(
            "select state, payload, mailbox from inbox_event where event_id = $1", event_id
        )
    return [tuple(row) for row in found]


async def woken(database, tenant: str) -> list[str]:
    async with database.control() as tx:
        found = await tx.fetch("select mailbox from control.mailbox where tenant_id = $1", tenant)
    return [row["mailbox"] for row in found]


@pytest.mark.parametrize(
    "event",
    [
        ROOT | {"text": "lunch?"},
        ROOT | {"subtype": "message_changed", "channel_type": "im"},
        ROOT | {"subtype": "channel_join"},
        ROOT | {"bot_id": "B1", "text": f"<@{BOT}>"},
        ROOT | {"user": BOT, "channel_type": "im"},
    ],
    ids=["talk", "edit", "join", "a bot that mentions us", "ourselves"],
)
async def test_what_asks_for_nothing_is_one_empty_row_and_wakes_nobody(
    database, intake, team, event
):
    installed = {"team_id": team, "user_id": BOT, "is_bot": True}
    event_id = await take(intake, event, team_id=team, authorizations=[installed])
    tenant = await Workspaces(database).tenant_of(team)

    assert await rows(database, tenant, event_id) == [("done", "", "C1:1.1")]
    assert await woken(database, tenant) == []


async def test_what_is_said_to_us_is_kept_whole_and_wakes(database, intake, team):
    installed = {"team_id": team, "user_id": BOT, "is_bot": True}
    event = ROOT | {"text": f"<@{BOT}> lunch?"}
    event_id = await take(intake, event, team_id=team, authorizations=[installed])
    tenant = await Workspaces(database).tenant_of(team)

    ((state, payload, mailbox),) = await rows(database, tenant, event_id)
    assert (state, mailbox) == ("waiting", "C1:1.1")
    assert json.loads(payload)["event"] == event
    assert await woken(database, tenant) == ["C1:1.1"]


async def test_an_event_under_an_organizations_installation_is_its_workspaces(
    database, intake, team, enterprise
):
    installed = {"enterprise_id": enterprise, "team_id": None, "is_enterprise_install": True}
    said = ROOT | {"channel_type": "im"}
    event_id = await take(intake, said, team_id=team, authorizations=[installed])
    tenant = await Workspaces(database).tenant_of(team)

    assert len(await rows(database, tenant, event_id)) == 1


async def test_an_uninstall_of_the_whole_organization_goes_to_its_own_record(
    database, intake, team, enterprise
):
    installed = {"enterprise_id": enterprise, "team_id": None, "is_enterprise_install": True}
    event = {"type": "app_uninstalled"}
    event_id = await take(intake, event, team_id=enterprise, authorizations=[installed])
    record = await Workspaces(database).organization_of(enterprise)
    tenant = await Workspaces(database).tenant_of(team)

    assert [mailbox for _, _, mailbox in await rows(database, record, event_id)] == ["lifecycle"]
    assert await rows(database, tenant, event_id) == []


async def test_an_organizations_id_in_a_team_field_is_nobodys(intake, enterprise, caplog):
    envelope = {"event_id": "EvE", "team_id": enterprise, "event": ROOT | {"channel_type": "im"}}

    assert not await intake.accept_event(envelope, "{}")
    assert not await intake.accept_command({"team_id": enterprise, "command": "/ask"})
    assert "unknown workspace" in caplog.text
