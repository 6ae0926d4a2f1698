"""What a failover takes along is excused, and nothing else; the gap it leaves has to be named."""

from dataclasses import replace

import pytest

from tests.faults.history.model import Message, Said, Window
from tests.faults.history.summary import summarize
from tests.faults.history.test_checker import START, a_clean_run, rules


def a_failover(began: float) -> Window:
    return Window("fail over", began, began + 2, ("acks", "answers"))


def test_what_a_lost_second_took_along_is_spared_but_nothing_else():
    run = a_clean_run()
    del run.messages[0]
    run.windows.append(Window("failover", START + 0.5, START + 1.5, ("answers",)))
    assert rules(run) == set()

    del run.messages[0]
    assert rules(run) == {"lost"}


def test_an_answer_that_a_failover_made_unsaid_may_be_said_again():
    run = a_clean_run()
    run.messages.append(replace(run.messages[2], ts="20.9"))
    run.windows.append(a_failover(START + 4))  # the turn of what was said at +3 ends at +5

    assert rules(run) == set()


def test_a_stream_that_a_failover_left_behind_is_no_answer_but_the_next_one_is():
    run = a_clean_run()
    run.messages.append(replace(run.messages[2], ts="20.9"))
    run.messages[2] = replace(run.messages[2], streaming=True)
    run.windows.append(a_failover(START + 4))
    assert rules(run) == set()

    run.messages[-1] = replace(run.messages[-1], streaming=True)
    assert "lost" in rules(run)


def test_a_failover_excuses_nothing_that_was_over_before():
    run = a_clean_run()
    run.messages.append(replace(run.messages[2], ts="20.9"))
    run.windows.append(a_failover(START + 6))

    assert rules(run) == {"doubled"}


def test_what_was_said_in_the_lost_second_may_be_lost():
    run = a_clean_run()
    del run.messages[2]
    run.windows.append(a_failover(START + 2.5))

    assert rules(run) == set()
    assert summarize(run, []).excused == 1


def test_what_was_first_acknowledged_in_the_lost_second_may_be_lost():
    run = a_clean_run()
    del run.messages[2]
    late = run.deliveries[2]
    run.deliveries[2] = replace(late, status="503")
    run.deliveries.append(replace(late, attempt=2, sent_at=START + 8))
    run.windows += [a_failover(START + 7.5), Window("hang", START, START + 10, ("acks",))]

    assert rules(run) == set()

    # Acknowledged before it too: that row was there, and is no excuse.
    run.deliveries[2] = late
    assert rules(run) == {"lost"}


@pytest.mark.parametrize("channel", ["C1", "D1"])
def test_who_goes_on_in_a_thread_that_a_failover_swallowed_is_excused_in_a_channel(channel):
    run = a_clean_run()
    run.said[:2] = [replace(said, channel=channel) for said in run.said[:2]]
    del run.messages[:2]
    run.windows.append(Window("fail over", START + 0.5, START + 1.5, ("acks", "answers")))

    assert ("lost" in rules(run)) == (channel == "D1")


def test_a_gap_that_the_verifier_does_not_name_is_found():
    run = a_clean_run()
    run.lost_checkpoints = ["a", "b"]
    run.gaps = ["b"]

    assert rules(run) == {"unreported"}


def test_a_log_that_is_called_broken_without_a_gap_is_found():
    run = a_clean_run()
    run.gaps = ["b"]

    assert rules(run) == {"unreported"}


def test_whoever_is_told_in_the_lost_second_is_told_again_and_no_third_time():
    run = a_clean_run()
    run.said.append(Said("w1", "D1", "10.9", "10.9", START + 3, "TOK00000000bb", poison=True))
    sorry = Message("w1", "D1", "10.9", f"{START + 6}", True, "Sorry, something broke")
    run.messages += [sorry, replace(sorry, ts=f"{START + 12}")]
    assert rules(run) >= {"doubled", "untold"}

    run.windows.append(a_failover(START + 5))
    assert not rules(run) & {"doubled", "untold"}

    run.messages.append(replace(sorry, ts=f"{START + 13}"))
    assert rules(run) >= {"doubled", "untold"}


def test_a_turn_whose_event_fell_into_the_gap_of_a_failover_is_open_for_ever():
    run = a_clean_run()
    asked = run.said[0]
    run.stored[0].turns[f"{asked.channel}:{asked.ts}"] = ("open", 0.0)
    assert rules(run) == {"undrained"}

    run.windows.append(Window("fail over", asked.at - 1, asked.at + 1, ("acks", "answers")))
    assert "undrained" not in rules(run)
