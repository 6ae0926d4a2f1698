"""A record that does not say whose it is, or of which workspace, where the other end is Slack."""

import pytest

from bot.slack.clients import SlackClients
from bot.slack.directory import SlackDirectory
from core.tenancy.workspaces import Workspaces


@pytest.fixture
def directory(process, monkeypatch) -> SlackDirectory:
    monkeypatch.setattr(SlackClients, "reaches_slack", True)
    return SlackDirectory(process.clients, Workspaces(process.database))


@pytest.mark.parametrize("record", [{}, {"id": "U1"}, {"id": "U2"}, {"id": "U2", "team_id": "T"}])
async def test_a24_a_missing_id_means_outsider_whatever_the_payload_says(
    slack, process, install, team, directory, record
):
    """A command names the workspace it was typed in, which is not where its author belongs."""
    context = await process.context(await install(team))
    slack.records["U1"] = record | ({"team_id": team} if "team_id" in record else {})

    found = await directory.look_up(context, "U1", home_team=team)

    assert (found.person_id, found.standing) == ("U1", "outsider")


async def test_a_record_that_names_both_is_believed(slack, process, install, team, directory):
    context = await process.context(await install(team))
    slack.records["U1"] = {"id": "U1", "team_id": team}

    assert (await directory.look_up(context, "U1", home_team=None)).standing == "member"
