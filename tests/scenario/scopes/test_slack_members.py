"""What Slack is asked about a channel, over the wire: all who are there, or nobody knows."""

from dataclasses import replace

import pytest

from bot.slack.channels.asking import TRIES
from bot.slack.channels.members import MOST_PAGES, PAGE, SlackMembers
from tests.scenario.agents.seen import channel_of, leave, workspace_of


@pytest.fixture
def listing(stage):
    members, tenant = SlackMembers(stage.product.clients), stage.tenants["northwind"]

    async def list_of(name):
        return await members.list_members(tenant, channel_of(stage, name).id)

    return list_of


async def test_all_are_listed_page_by_page_but_aegis_itself(stage, listing):
    general = channel_of(stage, "general")
    general.members |= {f"U{number:05d}" for number in range(PAGE + 5)}

    assert await listing("general") == general.members - {workspace_of(stage).bot_user_id}


async def test_a_channel_of_too_many_is_not_known(stage, listing):
    channel_of(stage, "general").members |= {f"U{n:05d}" for n in range(MOST_PAGES * PAGE + 1)}

    assert await listing("general") is None


async def test_what_passes_is_asked_again_and_what_does_not_is_not(stage, listing):
    stage.sandbox.refuse("conversations.members", "internal_error", times=TRIES - 1)
    assert await listing("general") is not None
    stage.sandbox.refuse("conversations.members", "internal_error", times=TRIES)
    assert await listing("general") is None
    stage.sandbox.refuse("conversations.members", "missing_scope", times=1)
    assert await listing("general") is None
    assert await listing("general") is not None


@pytest.fixture
def theirs(stage):
    """The names of the channels that somebody is in, as far as they are told."""
    members, tenant = SlackMembers(stage.product.clients), stage.tenants["northwind"]

    async def list_of(name):
        found = await members.list_channels(tenant, stage.person_id(name))
        channels = workspace_of(stage).channels
        return None if found is None else {channels[one].name for one in found}

    return list_of


async def test_where_somebody_is_is_listed_page_by_page(stage, theirs):
    lead, channels = channel_of(stage, "leadership"), workspace_of(stage).channels
    for number in range(PAGE + 5):
        copy = replace(lead, id=f"CTEAM{number:05d}", name=f"team-{number}", messages={})
        channels[copy.id] = copy
    in_it = {f"team-{number}" for number in range(PAGE + 5)}

    found = await theirs("ben")
    assert found >= in_it | {"general", "leadership"}
    assert not in_it & await theirs("cho")
    # Of a private channel that AEGIS is not in nobody tells it, and that is no gap in the list.
    leave(stage, lead)
    assert await theirs("ben") == found - in_it - {"leadership"}


async def test_where_somebody_is_is_all_of_it_or_nothing(stage, theirs):
    stage.sandbox.refuse("users.conversations", "internal_error", times=TRIES - 1)
    assert "general" in await theirs("ben")
    stage.sandbox.refuse("users.conversations", "missing_scope", times=1)
    assert await theirs("ben") is None
    lead, channels = channel_of(stage, "leadership"), workspace_of(stage).channels
    for number in range(MOST_PAGES * PAGE + 1):
        channels[f"CTEAM{number:05d}"] = replace(lead, id=f"CTEAM{number:05d}", messages={})
    assert await theirs("ben") is None


async def test_who_is_in_a_private_channel_without_aegis_is_not_known(stage, listing):
    leave(stage, channel_of(stage, "leadership"))

    assert await listing("leadership") is None
