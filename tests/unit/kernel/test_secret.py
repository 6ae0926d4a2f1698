"""A Secret shows itself to nobody who does not ask by name."""

import copy
import json
import logging
import pickle

import pytest

from core.kernel.secret import Secret

CANARY = "xoxb-canary-1"


def test_no_text_form_shows_it():
    secret = Secret(CANARY)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>40}",
        repr([secret]),
        "{}".format(secret),  # noqa: UP032 - another way into __format__
    ]

    assert not [text for text in shown if CANARY in text]
    assert secret.reveal() == CANARY


def test_a_log_record_and_an_exception_do_not_carry_it(caplog):
    secret = Secret(CANARY)
    try:
        raise ValueError(secret)
    except ValueError:
        logging.getLogger(__name__).exception("failed with %s", secret)

    assert CANARY not in caplog.text


def test_it_is_neither_pickled_nor_put_into_json():
    with pytest.raises(TypeError):
        pickle.dumps(Secret(CANARY))
    with pytest.raises(TypeError):
        json.dumps({"token": Secret(CANARY)})
    with pytest.raises(TypeError):
        copy.deepcopy(Secret(CANARY))


def test_equal_values_are_equal_and_an_empty_one_is_false():
    assert Secret("a") == Secret("a") != Secret("b")
    assert not Secret("")
    assert Secret("a") != "a"
