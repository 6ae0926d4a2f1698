"""Where the model was ill an apology stands for an answer: one for each, and nowhere else."""

from dataclasses import replace

import pytest

from tests.faults.history.model import Message, Window
from tests.faults.history.test_checker import ONE, START, TWO, a_clean_run, rules

SORRY = "Sorry, no model answered just now. Please try again in a minute."
BUTTONS = "\n[Good answer] [Bad answer]"
BROKE_OFF = f"The model broke off in the middle of the answer.{BUTTONS}"
ILL = Window("the model answers 503", 19.0, START + 5, ("models",))


def a_run_that_says(*words: str, window: Window = ILL):
    """In place of the two answers of one thread."""
    run = a_clean_run()
    said = [
        Message("w1", "D1", "10.1", f"20.{number}", True, text)
        for number, text in enumerate(words, 1)
    ]
    run.messages[:2] = said
    run.windows.append(window)
    return run


@pytest.mark.parametrize(
    "words",
    [
        (SORRY, SORRY),
        (f"To {ONE} the docu\n\n{BROKE_OFF}", f"To {TWO}\n\n{BROKE_OFF}"),
        (f"To {ONE[:6]}\n\n{BROKE_OFF}", SORRY),
    ],
    ids=["no word", "half of it", "less than half"],
)
def test_one_apology_stands_for_one_answer(words):
    run = a_run_that_says(*words)

    assert rules(run) == set()
    run.messages.append(replace(run.messages[0], ts="20.9"))
    assert "doubled" in rules(run)


@pytest.mark.parametrize("cut", [2, 9, 17, 23])
def test_a_broken_answer_that_goes_on_in_a_second_message_is_one(cut):
    half = f"To {ONE} the docu"
    run = a_run_that_says(half[:cut].strip(), f"{half[cut:].strip()}\n\n{BROKE_OFF}")
    run.said.pop(1)

    assert rules(run) == set()


def test_half_an_answer_beside_the_broken_one_of_another_is_a_leftover():
    run = a_run_that_says(f"To {ONE} the", f"To {TWO} the docu\n\n{BROKE_OFF}")

    assert "leftover" in rules(run)


def test_one_apology_does_not_stand_for_two_answers():
    assert rules(a_run_that_says(SORRY)) == {"lost"}
    assert rules(a_run_that_says(f"To {ONE} the docu\n\n{BROKE_OFF}")) == {"lost"}


@pytest.mark.parametrize(
    "window",
    [
        replace(ILL, excuses=("turns",)),
        replace(ILL, began=30.0),
        replace(ILL, ended=START),
    ],
    ids=["another fault", "later", "before they were asked"],
)
def test_where_no_model_was_ill_an_apology_is_a_lost_answer(window):
    assert rules(a_run_that_says(SORRY, SORRY, window=window)) == {"lost"}


def test_where_no_model_was_ill_half_an_answer_is_unfounded():
    half = f"To {ONE} the docu\n\n{BROKE_OFF}", f"To {TWO} the docu\n\n{BROKE_OFF}"

    assert rules(a_run_that_says(*half, window=replace(ILL, began=30.0))) == {"unfounded"}
