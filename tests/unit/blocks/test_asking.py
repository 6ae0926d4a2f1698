"""The form that asks about a message: what stands in it, what is kept with it, what is read of it."""

import json

import pytest

from bot.sandbox.webapi.blockkit.views import problems_of_view
from core.agents.ready_roster import ready_roster
from handlers.answers.quoting import quote
from handlers.blocks.answers.asking import (
    CUT,
    Asked,
    Quoted,
    ask_form,
    asked_alone,
    quotable,
    read_ask_form,
    read_quoted,
)

AGENTS = ready_roster().everyone
QUOTED = Quoted("C1", "1.0002", None, "Hello", "U0CHO", "northwind")


@pytest.mark.parametrize("letter", ["a", '"', "\\", "\n", "é", "🚲", "\u2028", "語"])
@pytest.mark.parametrize("length", [10, 2_390, 2_400, 5_000, 40_000])
def test_however_long_a_message_is_the_form_is_taken_and_says_the_same_back(letter, length):
    text = quotable(letter * length)
    view = ask_form(Quoted("C1", "1.0002", "1.0001", text, "U" * 80, "d" * 80), AGENTS)

    assert len(view["private_metadata"].encode("utf-16-le")) // 2 <= 3_000
    assert problems_of_view(view) == []
    about = read_quoted(json.loads(view["private_metadata"]))
    assert about is not None
    assert about.text == text
    assert (text == letter * length) or text.endswith(CUT)


def test_a_hundred_agents_are_too_many_for_one_menu_and_the_form_is_taken():
    assert problems_of_view(ask_form(QUOTED, AGENTS * 20, Asked("Why?", "gone", True))) == []


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"channel": "C1", "ts": "1.2", "thread_ts": None, "text": "x", "by": "U1"},
        {"channel": "U1", "ts": "1.2", "text": "x", "by": "U1", "domain": "d"},
        {"channel": "C1", "ts": "now", "text": "x", "by": "U1", "domain": "d"},
        {"channel": "C1", "ts": "1.2", "text": ["x"], "by": "U1", "domain": "d"},
    ],
)
def test_a_form_on_nothing_is_read_as_that(about):
    assert read_quoted(about) is None


@pytest.mark.parametrize(
    "view", [{}, {"state": []}, {"state": {"values": {"question": {"value": {"value": 3}}}}}]
)
def test_a_form_in_no_shape_is_read_as_empty(view):
    assert read_ask_form(view) == Asked()


@pytest.mark.parametrize(
    ("message", "text", "by"),
    [
        ({"text": "Hi &lt;b&gt; <@U1>", "user": "U2"}, "Hi <b> @U1", "U2"),
        (
            {"text": "", "attachments": [{"fallback": "Build 3"}, 7], "bot_id": "B1"},
            "Build 3",
            "B1",
        ),
        (
            {"text": None, "files": [{"name": "plan.pdf"}], "username": "CI"},
            "[file] plan.pdf",
            "CI",
        ),
        ({}, "", ""),
        ([], "", ""),
    ],
)
def test_whatever_says_something_in_a_message_is_quoted(message, text, by):
    quoted = quote({"message": message, "message_ts": "1.2", "channel": {"id": "C1"}}, "U0BOT")

    assert (quoted.text, quoted.by, quoted.thread) == (text, by, "1.2")


def test_the_way_back_to_a_reply_names_its_thread():
    reply = Quoted("C1", "2.0003", "1.0002", "x", "U1", "northwind")

    assert "p20003?thread_ts=1.0002&amp;cid=C1|this message>" in asked_alone(reply, AGENTS[0], "?")
    strange = Quoted("C1", "2.0003", None, "x", "U1", "evil.test/")
    assert "evil.test" not in asked_alone(strange, AGENTS[0], "?")
