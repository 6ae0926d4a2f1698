"""Markdown in Slack's older markup; whatever a model wrote, no token of Slack comes out of it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.addresses import AllowedAddresses
from handlers.blocks.mrkdwn import escape, to_mrkdwn

Z, H = "\u200b", "\u200a"
NAMED = AllowedAddresses.named_in("https://x.example/?a=1&b=2 https://x.example")


@pytest.mark.parametrize(
    ("markdown", "mrkdwn"),
    [
        ("Hello", "Hello"),
        ("# Leave **now**", "*Leave now*"),
        ("**b** *e* ~~s~~ `c`", "*b* _e_ ~s~ `c`"),
        ("un**frigging**real", f"un{Z}*frigging*{Z}real"),
        ("[docs](https://x.example/?a=1&b=2)", "<https://x.example/?a=1&amp;b=2|docs>"),
        ("<https://x.example>", "<https://x.example>"),
        ("[**a|b**](https://x.example)", "<https://x.example|*a¦b*>"),
        ("[**a|b**](https://x.example/a|b)", f"[*a|b*]{Z}(https{H}://x{H}.example/a|b)"),
        ("a & b < c", "a &amp; b &lt; c"),
        ("one\ntwo  \nthree", "one\ntwo\nthree"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("- a\n- b\n  - c", "• a\n• b\n    • c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("> a\n>\n> b", ">a\n>\n>b"),
        ("```py\nif a < b:\n    x\n```", "```\nif a &lt; b:\n    x\n```"),
        ("a\n\n---\n\nb", "a\n\n──────────\n\nb"),
        ("| a | b |\n|---|---|\n| 1 **x** | 2 |", "```\na    b\n1 x  2\n```"),
        ("<!channel>", f"&lt;{Z}!channel&gt;"),
        ("`<@U1>`", f"`&lt;{Z}@U1&gt;`"),
        ("![x](https://evil.example)", f"{Z}(image: x)"),
        ("<b>x</b>", f"&lt;{Z}b&gt;x&lt;/b&gt;"),
        ("", ""),
    ],
)
def test_markdown_becomes_mrkdwn(markdown, mrkdwn):
    assert to_mrkdwn(markdown, NAMED) == mrkdwn


@pytest.mark.parametrize("address", ["javascript:x", "data:text/html,x", "slack://user", "/local"])
def test_only_web_and_mail_addresses_are_linked(address):
    assert "<" not in to_mrkdwn(f"[label]({address})")


PARTS = ["<", "!", "@", "channel", ">", "&lt;", "|", "[", "](", ")", "https://x", "`", "*", "\n"]


@given(st.lists(st.sampled_from([*PARTS, " ", "#C1", "a", "\\", "- ", "> ", "```"])).map("".join))
def test_no_token_of_slack_comes_out(markdown):
    mrkdwn = to_mrkdwn(markdown)

    assert not re.search(r"<[^h\n]", mrkdwn)
    assert not re.search(r"@(channel|here|everyone)", mrkdwn)
    assert all(re.fullmatch(r"https?://[^<>|]*(\|[^<>|]*)?", x) for x in _tokens(mrkdwn))


def _tokens(mrkdwn):
    return re.findall(r"<([^>]*)>", mrkdwn)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<!here> & co", "&lt;!here&gt; &amp; co"),
        ("snake_case_name.pdf", "snake_case_name.pdf"),
        ("*not bold*", f"{Z}*{Z}not bold{Z}*{Z}"),
    ],
)
def test_text_from_anywhere_formats_nothing(text, escaped):
    assert escape(text) == escaped
