"""What Slack is asked about a channel, over the wire: all who are there, or nobody knows."""

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


async def test_who_is_in_a_private_channel_without_aegis_is_not_known(stage, listing):
    leave(stage, channel_of(stage, "leadership"))

    assert await listing("leadership") is None
