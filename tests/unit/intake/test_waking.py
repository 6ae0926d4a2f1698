"""People's words to us ask for work; everything else is remembered by its id and wakes nobody."""

import re
from pathlib import Path

import pytest

import handlers
from bot.cli.app_manifest import BOT_EVENTS
from bot.intake.addressing import address_event
from bot.intake.waking import SERVED, wakes

BOT = "UBOT"
ROOT = {"type": "message", "user": "U1", "channel": "C1", "channel_type": "channel", "ts": "1.1"}
DIRECT = ROOT | {"channel": "D1", "channel_type": "im"}


@pytest.mark.parametrize(
    "event",
    [
        DIRECT,
        ROOT | {"thread_ts": "0.1"},
        ROOT | {"text": f"<@{BOT}> hello"},
        ROOT | {"text": f"so <@{BOT}|aegis>, what now?"},
        ROOT | {"type": "app_mention"},
        {"type": "message", "user": "U1", "channel": "D1", "ts": "1.1"},
        DIRECT | {"subtype": "file_share"},
        ROOT | {"subtype": "thread_broadcast", "thread_ts": "0.1"},
        {"type": "agent_session_stopped"},
        {"type": "user_change"},
        {"type": "tokens_revoked"},
    ],
    ids=lambda event: "+".join(f"{value}" for value in event.values()),
)
def test_what_a_person_says_to_us_wakes(event):
    assert wakes(event, BOT)


@pytest.mark.parametrize(
    "event",
    [
        ROOT,
        ROOT | {"text": "<@U2> hello"},
        ROOT | {"thread_ts": "1.1"},
        ROOT | {"channel_type": "mpim"},
        DIRECT | {"subtype": "message_changed"},
        DIRECT | {"subtype": "message_deleted"},
        DIRECT | {"subtype": "channel_join"},
        DIRECT | {"subtype": "a subtype of next year"},
        DIRECT | {"bot_id": "B1"},
        DIRECT | {"user": BOT},
        DIRECT | {"user": "USLACKBOT"},
        ROOT | {"type": "app_mention", "bot_id": "B1"},
        ROOT | {"type": "app_mention", "user": BOT},
    ],
    ids=lambda event: "+".join(f"{value}" for value in event.values()),
)
def test_talk_among_others_edits_and_bots_wake_nobody(event):
    assert not wakes(event, BOT)


def test_where_slack_does_not_say_who_we_are_channel_talk_wakes_and_bots_do_not():
    assert wakes(ROOT, None)
    assert not wakes(ROOT | {"bot_id": "B1"}, None)


@pytest.mark.parametrize(
    ("authorization", "woken"),
    [({"is_bot": True}, False), ({"is_bot": False}, True)],
    ids=["our bot", "a person's token"],
)
def test_who_we_are_stands_in_the_authorization(authorization, woken):
    envelope = {
        "team_id": "T1",
        "event_id": "Ev1",
        "event": ROOT | {"text": "hello"},
        "authorizations": [{"team_id": "T1", "user_id": BOT} | authorization],
    }

    assert address_event(envelope).wakes is woken


def test_what_has_a_listener_is_served_and_what_slack_is_asked_for_has_a_listener():
    sources = Path(handlers.__file__).parent.rglob("*.py")
    listener = re.compile(r'\.event\((?:\{"type": )?"(\w+)"')
    heard = {name for path in sources for name in listener.findall(path.read_text("utf-8"))}

    assert heard == SERVED
    assert {name.split(".")[0] for name in BOT_EVENTS} <= SERVED
