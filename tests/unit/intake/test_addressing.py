"""Every event gets the mailbox of its conversation, and no id comes from anywhere but Slack."""

import pytest

from bot.intake.addressing import (
    Malformed,
    Origin,
    address_command,
    address_event,
    address_interaction,
)


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

    assert address_event(shared).origin == Origin("TOURS")


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

    first, second = address_interaction(click("a")), address_interaction(click("b"))

    assert first.mailbox == second.mailbox
    assert first.event_id != second.event_id
    assert address_interaction(click("a")) == first


@pytest.mark.parametrize("broken", [{}, {"team": None}, {"team": {"id": 3}}, {"team": "T1"}])
def test_a_click_of_nobody_is_malformed(broken):
    with pytest.raises(Malformed):
        address_interaction(broken)


def test_a_command_without_a_workspace_is_malformed():
    with pytest.raises(Malformed):
        address_command({"command": "/ask"})


def test_a_served_event_without_a_team_is_malformed():
    with pytest.raises(Malformed):
        address_event({"event_id": "E", "event": {"type": "message"}})


def test_an_event_without_a_listener_is_not_stored():
    assert address_event(envelope({"type": "file_shared"})) is None


ORG = {"enterprise_id": "E1", "team_id": None, "is_enterprise_install": True}


def test_an_organizations_event_is_its_workspaces():
    said = {"type": "message", "channel": "C1", "ts": "1.1"}
    plain = envelope(said, authorizations=[ORG])
    shared = envelope(said, authorizations=[ORG], team_id="TTHEIRS", context_team_id="T1")
    whole = envelope(said, authorizations=[ORG], context_team_id="E1")

    assert address_event(plain).origin == Origin("T1")
    assert address_event(shared).origin == Origin("T1")
    assert address_event(whole).origin == Origin("T1")


@pytest.mark.parametrize(
    "changes",
    [
        {"team_id": "E1"},
        {"authorizations": [{"team_id": "E1"}]},
        {"authorizations": [ORG], "team_id": "E1", "context_team_id": "E1"},
    ],
    ids=["envelope", "authorization", "organization"],
)
def test_a_message_of_an_organization_as_a_whole_belongs_to_no_workspace(changes):
    said = {"type": "message", "channel": "C1", "ts": "1.1"}

    assert address_event(envelope(said) | changes).origin == Origin("E1")


@pytest.mark.parametrize(
    ("changes", "origin"),
    [
        ({}, Origin("T1")),
        ({"authorizations": [ORG]}, Origin("E1", is_organization=True)),
        ({"team_id": "E1", "enterprise_id": "E1"}, Origin("E1", is_organization=True)),
        ({"team_id": None, "enterprise_id": "E1"}, Origin("E1", is_organization=True)),
        ({"enterprise_id": "E1"}, Origin("T1")),
    ],
    ids=["workspace", "authorized", "team is E", "no team", "workspace of one"],
)
@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked", "team_access_granted"])
def test_the_life_of_an_installation_is_its_own_and_in_one_mailbox(kind, changes, origin):
    addressed = address_event(envelope({"type": kind}) | changes)

    assert (addressed.origin, addressed.mailbox) == (origin, "lifecycle")


@pytest.mark.parametrize(
    ("payload", "team"),
    [
        ({"team": {"id": "T1"}, "user": {"team_id": "T2"}}, "T1"),
        ({"team": None, "is_enterprise_install": True, "user": {"team_id": "T2"}}, "T2"),
        ({"team": {"id": "T3"}, "view": {"app_installed_team_id": "T1"}}, "T1"),
    ],
    ids=["workspace", "organization", "a modal opened in a shared channel"],
)
def test_a_click_is_of_the_workspace_the_app_is_installed_in(payload, team):
    clicked = payload | {"type": "block_actions", "trigger_id": "1"}

    assert address_interaction(clicked).origin == Origin(team)


@pytest.mark.parametrize(
    ("team", "origin"),
    [
        ({"id": "T1", "enterprise_id": "E1"}, Origin("T1", within="E1")),
        (None, Origin("T2", within="E1")),
        ({"id": "E1"}, Origin("T2", within="E1")),
    ],
    ids=["workspace", "no team", "team is E"],
)
@pytest.mark.parametrize("kind", ["view_submission", "block_actions"])
def test_a_window_of_an_organizations_installation_is_of_one_of_its_workspaces(kind, team, origin):
    view = {"id": "V1", "app_installed_team_id": "E1"}
    sent = {"type": kind, "trigger_id": "1", "team": team, "user": {"team_id": "T2"}, "view": view}

    assert address_interaction(sent).origin == origin


def test_where_no_team_is_named_a_persons_own_counts_within_the_organization_alone():
    """Slack Connect: else a guest's own workspace would stand in for the one they are guests of."""
    clicked = {"type": "block_actions", "team": None, "enterprise": {"id": "E1"}}
    clicked |= {"is_enterprise_install": True, "user": {"team_id": "T2"}, "trigger_id": "1"}

    assert address_interaction(clicked).origin == Origin("T2", within="E1")


def test_a_click_without_a_team_in_a_workspaces_installation_is_malformed():
    with pytest.raises(Malformed):
        address_interaction({"type": "block_actions", "team": None, "user": {"team_id": "T2"}})


@pytest.mark.parametrize(
    ("payload", "kind", "mailbox"),
    [
        (
            {"type": "view_submission", "view": {"id": "V2", "root_view_id": "V1"}},
            "view",
            "view:V1",
        ),
        ({"type": "view_closed", "view": {"id": "V1"}}, "view", "view:V1"),
        ({"type": "shortcut"}, "shortcut", "shortcut:1.t"),
        ({"type": "message_action"}, "shortcut", "shortcut:1.t"),
    ],
    ids=["sent", "closed", "shortcut", "message"],
)
def test_modals_and_shortcuts_have_mailboxes_of_their_own(payload, kind, mailbox):
    addressed = address_interaction(payload | {"team": {"id": "T1"}, "trigger_id": "1.t"})

    assert (addressed.kind, addressed.mailbox, addressed.event_id) == (kind, mailbox, f"{kind}:1.t")


def test_an_interaction_that_nobody_serves_is_not_stored():
    assert address_interaction({"type": "dialog_submission", "team": {"id": "T1"}}) is None
