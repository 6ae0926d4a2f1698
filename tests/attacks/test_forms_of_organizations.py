"""A form sent under an organization's installation: it is stored with its own workspace, and one that
is nobody's is told so. A window that closes is a promise that what was typed is kept."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import urlencode

import asyncpg
import pytest

from tests.attacks.door import Door, new_event_id

FIELD = {"type": "input", "block_id": "name", "element": {"type": "plain_text_input"}}
ORGANIZATION = "E0COVERED"


@pytest.fixture
async def covered(door: Door) -> AsyncIterator[str]:
    """Northwind is one of an organization's workspaces now; the organization's id."""
    provisioner = door.stage.product.storage.provisioner
    record = await provisioner.organization_for(ORGANIZATION)
    team = door.workspace["id"]
    link = "update control.workspace set organization_id = $1 where team_id = $2"
    admin = await asyncpg.connect(provisioner.admin_dsn)
    await admin.execute(link, record, team)
    yield ORGANIZATION
    await admin.execute(link, None, team)
    await admin.close()


async def send_form(
    door: Door, installed: str, team: str | None, blocks: Sequence[dict[str, Any]] = (FIELD,)
) -> tuple[dict[str, Any], list[str]]:
    """What the form is answered, and the states of its rows in Northwind's inbox."""
    trigger = new_event_id()
    view = {"id": "V1", "root_view_id": "V1", "callback_id": "x", "state": {"values": {}}}
    payload = {
        "type": "view_submission",
        "api_app_id": door.stage.sandbox.world.app.id,
        "team": team and {"id": team, "enterprise_id": ORGANIZATION},
        "enterprise": {"id": ORGANIZATION},
        "is_enterprise_install": True,
        "user": {"id": door.stage.person_id("ana"), "team_id": door.workspace["id"]},
        "trigger_id": trigger,
        "view": view | {"app_installed_team_id": installed, "blocks": list(blocks)},
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    headers = door.signed(body) | {"Content-Type": "application/x-www-form-urlencoded"}
    status, text = await door.knock(body, headers, "interactivity")
    assert status == 200
    return json.loads(text or "{}"), await door.stored(f"view:{trigger}")


@pytest.mark.parametrize("names_team", [True, False])
async def test_a_form_that_names_the_organization_is_stored_with_its_workspace(
    door: Door, covered: str, names_team: bool
) -> None:
    team = door.workspace["id"] if names_team else None

    assert await send_form(door, covered, team) == ({}, ["waiting"])


@pytest.mark.parametrize("names_team", [True, False])
async def test_a_guests_own_workspace_is_not_taken_for_one_of_the_organizations(
    door: Door, names_team: bool
) -> None:
    """Northwind is a tenant, and does not belong to the organization in whose channel Ana is a guest."""
    team = door.workspace["id"] if names_team else None
    told, stored = await send_form(door, ORGANIZATION + "2", team)

    assert stored == []
    assert "not set up for this workspace" in told["errors"]["name"]


@pytest.mark.parametrize("blocks", [[FIELD], []], ids=["field", "no field"])
async def test_a_form_of_an_unknown_workspace_does_not_close_as_if_it_were_saved(
    door: Door, blocks: list[dict[str, Any]]
) -> None:
    told, stored = await send_form(door, "T0NOBODY", "T0NOBODY", blocks)

    assert stored == []
    assert told["response_action"] == ("errors" if blocks else "update")
    assert "not set up for this workspace" in json.dumps(told)
