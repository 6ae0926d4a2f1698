"""Commands, Stop and forms: done once where they were taken, and at most once where they were not."""

from dataclasses import replace

import pytest

from tests.faults.history.collect import _with_acks
from tests.faults.history.model import Delivery, Form, Message, Private, Said, Window
from tests.faults.history.test_checker import CANARY, OTHERS, START, a_clean_run, rules

ASKED = "TOK00000000cc"


def a_run_with_a_command(*, accepted: bool = True):
    run = a_clean_run()
    run.said.append(
        Said("w1", "C1", "40.1", "40.1", START + 4, ASKED, command=True, accepted=accepted)
    )
    run.messages += [
        Message("w1", "C1", "", "40.1", True, f"@ana asks: What is the code word? {ASKED}"),
        Message("w1", "C1", "40.1", "40.2", True, f"To {ASKED}. The documents say {CANARY} [1]."),
    ]
    return run


def test_a_command_that_is_repeated_and_answered_is_clean():
    assert rules(a_run_with_a_command()) == set()


@pytest.mark.parametrize("accepted", [True, False])
def test_a_command_without_an_answer_is_lost_if_it_was_taken(accepted):
    run = a_run_with_a_command(accepted=accepted)
    del run.messages[-2:]
    run.said[-1] = replace(run.said[-1], channel="", ts="command", thread="command")

    assert rules(run) == ({"lost"} if accepted else set())


@pytest.mark.parametrize("accepted", [True, False])
def test_a_command_that_is_answered_twice_is_found(accepted):
    run = a_run_with_a_command(accepted=accepted)
    run.messages.append(replace(run.messages[-1], ts="40.3"))

    assert rules(run) == {"doubled"}


def test_a_command_that_is_carried_out_twice_is_found():
    run = a_run_with_a_command()
    run.messages += [
        replace(run.messages[-2], ts="40.5"),
        replace(run.messages[-1], ts="40.6", thread_ts="40.5"),
    ]

    assert {"doubled", "foreign"} <= rules(run)


def test_a_command_is_taken_where_the_delivery_after_it_was_answered():
    run = a_clean_run()
    first, second = (
        Said("w1", "", str(n), str(n), START + n, f"TOK000000000{n}", command=True) for n in (1, 5)
    )
    run.said = [first, second]
    run.deliveries = [
        Delivery("", "/ask", "w1", 0, START + 1.1, 9.0, "503"),
        Delivery("", "/ask", "w2", 0, START + 1.2, 9.0, "200"),
        Delivery("", "/ask", "w1", 0, START + 5.1, 9.0, "acked"),
    ]

    assert [said.accepted for said in _with_acks(run)] == [False, True]


def test_a_stopped_answer_may_be_half_with_a_word_that_says_so():
    run = a_clean_run()
    run.said[2] = replace(run.said[2], stopped=True)
    half = replace(run.messages[2], text=f"To {OTHERS} the doc")
    run.messages[2:] = [half, replace(half, ts="20.7", text="Stopped.")]
    assert rules(run) == set()

    run.messages.append(replace(half, ts="20.8", text="Stopped."))
    run.messages.append(replace(half, ts="20.9", text="Stopped."))
    assert rules(run) == {"doubled"}


def a_run_with_a_form(told=1, **outcome):
    run = a_clean_run()
    form = Form("w1", START + 5, "Tester 0123456789", accepted=True, saved=1)
    run.forms.append(replace(form, **outcome))
    words = Message("w1", "D9", "", f"{START + 6}", True, "*Tester 0123456789* is saved.")
    run.messages += [replace(words, ts=f"{START + 6 + number}") for number in range(told)]
    return run


@pytest.mark.parametrize(
    "outcome", [{}, {"accepted": False}, {"accepted": False, "saved": 0, "told": 0}]
)
def test_a_form_that_is_saved_once_is_clean(outcome):
    assert rules(a_run_with_a_form(**outcome)) == set()


@pytest.mark.parametrize(
    "outcome",
    [{"saved": 0}, {"saved": 2}, {"told": 0}, {"told": 2}, {"accepted": False, "saved": 2}],
)
def test_a_form_that_is_lost_or_saved_twice_is_found(outcome):
    assert rules(a_run_with_a_form(**outcome)) == {"unsaved"}


def test_a_list_of_agents_that_one_person_sees_is_no_word_on_the_form():
    run = a_run_with_a_form()
    run.messages.append(replace(run.messages[-1], only_for="ana"))
    assert rules(run) == set()

    run.messages.append(replace(run.messages[-1], only_for=""))
    assert rules(run) == {"unsaved"}


def test_a_form_that_a_failover_may_have_undone_is_excused():
    run = a_run_with_a_form(saved=0)
    run.windows.append(Window("fail over", START + 7, START + 9, ("acks", "answers", "turns")))

    assert rules(run) == set()


def test_a_form_whose_words_a_failover_made_unsaid_is_told_of_again_and_no_third_time():
    run = a_run_with_a_form(at=START + 1, told=2)
    run.windows.append(Window("fail over", START + 6.5, START + 6.9, ("acks", "answers", "turns")))
    assert rules(run) == set()

    run.messages.append(replace(run.messages[-1], ts=f"{START + 9}"))
    assert rules(run) == {"unsaved"}


@pytest.mark.parametrize(
    ("shown", "found"), [(0, {"unshown"}), (1, set()), (2, set()), (3, {"unshown"})]
)
def test_what_one_person_alone_sees_is_shown_once_or_after_a_crash_twice(shown, found):
    run = a_clean_run()
    run.private.append(Private("w1", "ana", START + 5, accepted=True))
    run.messages += [
        Message("w1", "C1", "", f"60.{number}", True, "What I can do", only_for="ana")
        for number in range(shown)
    ]

    assert rules(run) == found


def test_a_command_that_was_not_taken_need_not_be_answered():
    run = a_clean_run()
    run.private.append(Private("w1", "ana", START + 5, accepted=False))

    assert rules(run) == set()
