"""Every event gets the mailbox of its conversation, and no id comes from anywhere but Slack."""

import pytest

from bot.intake.addressing import Malformed, address_action, address_command, address_event


def envelope(event: dict, **more) -> dict:
    return {"team_id": "T1", "event_id": "Ev1", "event": event} | more


def test_a_thread_is_one_mailbox_with_the_message_that_opened_it():
    root = address_event(envelope({"type": "message", "channel": "D1", "ts": "1.1"}))
    reply = address_event(
        envelope({"type": "message", "channel": "D1", "ts": "2.2", "thread_ts": "1.1"})
    )

    assert root.mailbox == reply.mailbox == "D1:1.1"


def test_a_stop_does_not_wait_behind_the_turn_it_stops():
    stop = {"type": "agent_session_stopped", "channel": "D1", "thread_ts": "1.1"}

    assert address_event(envelope(stop)).mailbox != "D1:1.1"


def test_in_a_shared_channel_the_workspace_is_the_one_the_app_is_installed_in():
    shared = envelope({"type": "message", "channel": "C1", "ts": "1.1"}, team_id="TOTHER")
    shared["authorizations"] = [{"team_id": "TOURS"}]

    assert address_event(shared).team_id == "TOURS"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "bot_id": "B1", "channel": "D1", "ts": "1.1"},
        {"type": "message", "subtype": "message_changed", "channel": "D1", "ts": "1.1"},
        {"type": "message", "subtype": "message_deleted", "channel": "D1", "ts": "1.1"},
    ],
    ids=["a bot's own words", "an edit", "a deletion"],
)
def test_noise_is_not_stored(event):
    assert address_event(envelope(event)) is None


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"event": []},
        {"event": {}},
        {"event": {}, "event_id": 7},
        {"event": {"type": "message"}, "event_id": "E"},
    ],
)
def test_what_is_no_event_is_malformed(broken):
    with pytest.raises(Malformed):
        address_event(broken)


def test_two_presses_of_one_button_are_two_events_of_one_mailbox():
    def click(trigger: str) -> dict:
        place = {"channel_id": "D1", "message_ts": "1.1"}
        return {"type": "block_actions", "team": {"id": "T1"}, "container": place} | {
            "trigger_id": trigger
        }

    first, second = address_action(click("a")), address_action(click("b"))

    assert first.mailbox == second.mailbox
    assert first.event_id != second.event_id
    assert address_action(click("a")) == first


@pytest.mark.parametrize("broken", [{}, {"team": None}, {"team": {"id": 3}}, {"team": "T1"}])
def test_a_click_of_nobody_is_malformed(broken):
    with pytest.raises(Malformed):
        address_action(broken)


def test_a_command_without_a_workspace_is_malformed():
    with pytest.raises(Malformed):
        address_command({"command": "/ask"})


def test_a_served_event_without_a_team_is_malformed():
    with pytest.raises(Malformed):
        address_event({"event_id": "E", "event": {"type": "message"}})


def test_an_event_without_a_listener_is_not_stored():
    assert address_event(envelope({"type": "file_shared"})) is None
