"""What is late, slow, or never went on is found; what else explains a delay is taken off, and no more."""

from dataclasses import replace

import pytest

from tests.faults.history.limits import KILL, resumptions
from tests.faults.history.model import Delivery, Said, Window
from tests.faults.history.summary import summarize
from tests.faults.history.test_checker import ONE, START, a_clean_run, rules


def a_run_with_a_kill(resumed_after: float):
    """A worker dies two seconds in with the first question's thread, which goes on so much later."""
    run = a_clean_run()
    run.windows.append(Window(KILL, START + 2, START + 4, ("turns",), held=("w1 D1:10.1",)))
    run.stored[0].turns["D1:10.1"] = ("done", START + 2 + resumed_after)
    run.stored[0].turns["D1:10.2"] = ("done", START + 500)
    return run


def test_what_a_killed_worker_held_is_timed():
    (found,) = resumptions(a_run_with_a_kill(12.0))

    assert (found.thread, round(found.seconds), round(found.unexplained)) == ("w1 D1:10.1", 12, 12)
    assert rules(a_run_with_a_kill(12.0)) == set()


def test_a_conversation_that_goes_on_too_late_is_found():
    assert rules(a_run_with_a_kill(29.0)) == set()
    assert rules(a_run_with_a_kill(31.0)) == {"unresumed"}


def test_a_conversation_that_the_next_kill_finds_held_had_gone_on():
    run = a_run_with_a_kill(45.0)
    run.windows.append(replace(run.windows[0], began=START + 25, ended=START + 27))

    assert [round(each.seconds) for each in resumptions(run)] == [23, 22]
    assert rules(run) == set()


def test_another_fault_that_holds_up_turns_is_taken_off_once():
    run = a_run_with_a_kill(39.0)
    hang = Window("hang the database", START + 10, START + 20, ("acks", "turns"))
    run.windows += [hang, replace(hang, fault="rate limits", excuses=("turns",))]
    assert rules(run) == set()

    run.stored[0].turns["D1:10.1"] = ("done", START + 2 + 41)
    assert rules(run) == {"unresumed"}


def test_a_fault_that_holds_up_no_turn_explains_nothing():
    run = a_run_with_a_kill(39.0)
    run.windows.append(Window("duplicates", START + 10, START + 30))

    assert rules(run) == {"unresumed"}


def test_slacks_pace_explains_a_wait_in_a_workspace_that_asks_much():
    run = a_run_with_a_kill(39.0)
    for number in range(10):
        said = Said("w1", "D2", f"30.{number}", f"30.{number}", START + 1, "TOK00000000bb")
        run.said.append(replace(said, poison=True))
        run.stored[0].turns[f"D2:30.{number}"] = ("done", START + 41)

    (found,) = resumptions(run)
    # Twelve were open, five may begin at once: seven times four seconds.
    assert round(found.unexplained) == 39 - 28


def test_acks_that_are_slow_as_a_rule_are_found():
    run = a_clean_run()
    for number in range(200):
        took_ms = 501.0 if number % 50 == 0 else 10.0
        run.deliveries.append(
            Delivery(f"Noise{number}", "message", "w1", 0, START + 5, took_ms, "200")
        )
    assert rules(run) == {"slow"}

    run.windows.append(Window("kill -9 a web process", START + 4, START + 6, ("acks",)))
    assert rules(run) == set()


@pytest.mark.parametrize("acknowledged", [False, True])
def test_what_slack_gave_up_is_not_lost_but_what_it_was_answered_200_for_is(acknowledged):
    run = a_clean_run()
    del run.messages[2]
    run.windows.append(Window("kill -9 the database", START + 2.5, START + 8, ("acks",)))
    if not acknowledged:
        run.deliveries[2] = replace(run.deliveries[2], status="503")

    assert rules(run) == ({"lost"} if acknowledged else set())
    assert summarize(run, []).given_up == (0 if acknowledged else 1)


def test_what_slack_gave_up_without_a_reason_is_late():
    run = a_clean_run()
    del run.messages[2]
    run.deliveries[2] = replace(run.deliveries[2], status="503")

    assert rules(run) == {"late"}


def test_whoever_goes_on_in_a_direct_message_is_answered_whatever_slack_gave_up():
    run = a_clean_run()
    run.windows.append(Window("kill -9 the database", START, START + 8, ("acks",)))
    run.deliveries[0] = replace(run.deliveries[0], status="503")
    run.messages = [message for message in run.messages if ONE not in message.text]
    assert rules(run) == set()

    run.messages.clear()
    assert rules(run) == {"lost"}
