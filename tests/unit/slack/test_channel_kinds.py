"""Which channels are public, by Slack's own word and by nothing else."""

import pytest

from bot.slack.channels.kinds import says_public

PUBLIC = {
    "id": "C1",
    "is_channel": True,
    "is_group": False,
    "is_im": False,
    "is_mpim": False,
    "is_private": False,
}


def test_a_channel_that_slack_calls_public_is_public():
    assert says_public({"ok": True, "channel": PUBLIC})
    shared = PUBLIC | {"is_archived": True, "is_shared": True, "is_ext_shared": True}
    assert says_public({"ok": True, "channel": shared})


@pytest.mark.parametrize(
    "answer",
    [
        {"channel": PUBLIC | {"is_private": True}},  # a private channel, whose id begins C or G
        {"channel": PUBLIC | {"is_channel": False, "is_group": True, "is_private": True}},
        # A group direct message: Slack has called it channel, group and neither.
        {"channel": PUBLIC | {"is_mpim": True}},
        {"channel": PUBLIC | {"is_channel": False, "is_mpim": True, "is_private": True}},
        {"channel": {"id": "D1", "is_im": True}},
        {"channel": {"id": "C1", "is_channel": True}},
        {"channel": PUBLIC | {"is_private": None}},
        {"channel": None},
        {"ok": True},
        b"not JSON",
        None,
    ],
)
def test_what_slack_does_not_call_public_is_not(answer):
    assert not says_public(answer)
