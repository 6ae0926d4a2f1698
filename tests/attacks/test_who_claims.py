"""Who they say they are: names, addresses, organizations and lists without entries (A22 to A24)."""

import asyncio
from typing import get_args

import pytest

from bot.slack.directory import standing_of
from core.tenancy.model import Person, Standing
from tests.attacks.door import new_event_id
from tests.attacks.whoever import SECRET, Whoever

TURN_ASK = "conversations:turn:ask"


@pytest.mark.parametrize("team", ["E0GRIDORG01", "T0NEVERSEEN"])
@pytest.mark.parametrize("where", ["authorization", "envelope", "both"])
async def test_a22_an_organizations_id_or_an_unknown_workspace_is_no_tenant(
    whoever: Whoever, team, where
):
    """An E-id in a team field, or a workspace that nobody set up: acknowledged, and no tenant of
    ours hears of it."""
    event_id, ours = new_event_id(), whoever.door.workspace["id"]
    named = [{"team_id": team, "is_bot": True, "user_id": whoever.door.workspace["bot_user_id"]}]
    more = {
        "authorization": {"authorizations": named},
        "envelope": {"team_id": team},
        "both": {"team_id": team, "authorizations": named},
    }[where]
    body = whoever.door.said(event_id=event_id, **more)
    status, _ = await whoever.door.knock(body, whoever.door.signed(body))

    assert status == 200
    for company in whoever.door.stage.tenants:
        assert await whoever.door.stored(event_id, company) == [], (company, ours)


async def test_a22_two_workspaces_of_one_organization_stay_two_tenants(whoever: Whoever):
    """The same organization around both: each event lies in its own workspace's tenant alone."""
    door = whoever.door
    for company in ("northwind", "harbor"):
        other = {"northwind": "harbor", "harbor": "northwind"}[company]
        team = next(
            w["id"] for w in door.stage.sandbox.credentials["workspaces"] if w["name"] == company
        )
        named = [{"enterprise_id": "E0GRIDORG01", "team_id": team, "is_bot": True}]
        event_id = new_event_id()
        body = door.said(
            event_id=event_id, team_id=team, enterprise_id="E0GRIDORG01", authorizations=named
        )
        status, _ = await door.knock(body, door.signed(body))

        assert status == 200
        assert len(await door.stored(event_id, company)) == 1
        assert await door.stored(event_id, other) == []


ANA = {"name": "ana", "real_name": "Ana Ruiz", "email": "ana@northwind.example"}


async def test_a23_a_name_or_an_address_like_an_admins_gains_nothing(whoever: Whoever):
    """Ben calls himself what Ana, the owner, is called, with her address: the log stays closed."""
    ben = whoever.id_of("ben")
    profile = {"display_name": "ana", "real_name": ANA["real_name"], "email": ANA["email"]}
    await whoever.changed(ben, name="ana", real_name=ANA["real_name"], profile=profile)
    await whoever.act("command", "ben", "#general", "/aegis audit")
    async with asyncio.timeout(20):
        while not whoever.said():  # noqa: ASYNC110 - what is awaited is seen in Slack
            await asyncio.sleep(0.02)

    assert "for admins and owners" in whoever.said()[0]
    assert await whoever.refusals("audit:log:read") == ["member"]


async def test_a23_a_new_name_changes_the_name_and_nothing_else(whoever: Whoever):
    """The event that brings the name: a known person's name is another, their standing is not."""
    ben = whoever.id_of("ben")
    await whoever.mentioned_by(ben)
    checked = await whoever.rows("select checked_at from person where person_id = $1", ben)
    await whoever.tell_of(ben, profile={"display_name": "Ana Ruiz (owner)"}, real_name="Ana Ruiz")

    names = await whoever.rows("select display_name from person where person_id = $1", ben)
    assert names == ["Ana Ruiz (owner)"]
    assert await whoever.rows("select standing from person where person_id = $1", ben) == ["member"]
    assert checked == await whoever.rows("select checked_at from person where person_id = $1", ben)


@pytest.mark.parametrize(
    ("record", "standing"),
    [
        ({"is_restricted": True}, "guest"),
        ({"deleted": True}, "gone"),
        ({"team_id": "T0ELSEWHERE"}, "outsider"),
    ],
)
async def test_a19_who_loses_their_standing_has_lost_it_at_once(whoever: Whoever, record, standing):
    """We know them as a member, looked up a moment ago; the event says otherwise, and counts."""
    ben = whoever.id_of("ben")
    await whoever.mentioned_by(ben)
    assert SECRET in whoever.said()[0]
    await whoever.changed(ben, **record)
    assert await whoever.rows("select standing from person where person_id = $1", ben) == [standing]
    await whoever.mentioned_by(ben)

    assert await whoever.refusals(TURN_ASK) == [standing]
    assert len(await whoever.rows("select turn_id from turn")) == 1


async def test_a23_a_late_event_gives_nobody_rights_they_do_not_have(whoever: Whoever):
    """A `user_change` of last week, delivered again, calls Ben an owner. Slack is asked, and says
    member; so does our own record, all the time."""
    ben = whoever.id_of("ben")
    await whoever.mentioned_by(ben)
    await whoever.tell_of(ben, is_admin=True, is_owner=True)
    known = await whoever.rows("select standing from person where person_id = $1", ben)
    await whoever.mentioned_by(ben)

    assert known == ["member"]
    assert await whoever.rows("select standing from person where person_id = $1", ben) == ["member"]


async def test_of_people_who_never_spoke_nothing_is_kept(whoever: Whoever):
    """A workspace of ten thousand changes all day; we keep no list of it."""
    await whoever.tell_of("U0NEVERSPOKE", is_owner=True, real_name="Somebody")

    assert await whoever.rows("select person_id from person") == []


def test_a24_there_is_no_list_whose_emptiness_means_everybody():
    """Who may ask is three standings by name; all others, and any that may come, may not."""
    may = {standing for standing in get_args(Standing) if Person("U1", standing).may_ask}
    assert may == {"owner", "admin", "member"}
    assert not Person("", "outsider").may_ask
    assert standing_of({}, "T1") == "outsider"


async def test_a24_a_workspace_that_knows_nobody_answers_nobody_unknown(whoever: Whoever):
    """No person on record, and Slack knows none of that id: denied, not let in."""
    assert await whoever.rows("select person_id from person") == []
    await whoever.hear({"user": "U0UNKNOWN01"})

    assert await whoever.refusals(TURN_ASK) == ["outsider"]
    assert await whoever.untouched()
