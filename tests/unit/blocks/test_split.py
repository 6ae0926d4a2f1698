"""Long answers are cut where a reader would cut, and nothing is lost or left open."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.blocks.markdown import StreamSplitter, cut_markdown, neutral, split_markdown
from handlers.blocks.markdown.layout import Layout

WORDS = st.lists(st.sampled_from(["leave", "weeks", "of", "a", "**bold**", "`x`"]), max_size=40)
LINE = WORDS.map(" ".join)
FENCE = st.lists(st.text("abc |-()#", max_size=40), max_size=12).map(
    lambda lines: "\n".join(["```python", *(f"x{line}" for line in lines), "```"])
)
TABLE = st.lists(st.text("ab c", min_size=1, max_size=12), max_size=15).map(
    lambda cells: "\n".join(["| n | t |", "|---|:-:|", *(f"| {c} | x |" for c in cells)])
)
ITEMS = st.lists(LINE, min_size=1, max_size=8).map(lambda xs: "\n".join(f"- {x}" for x in xs))
MARKDOWN = st.lists(st.one_of(LINE, FENCE, TABLE, ITEMS), max_size=10).map("\n\n".join)


def left_open(message: str) -> bool:
    return bool(Layout().after_all(message).fence)


def headless_tables(message: str) -> list[str]:
    """Table rows that no head stands over."""
    layout, rows, lines = Layout(), [], message.split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        layout = layout.after(line)
        is_row = line.startswith("| ") and layout.is_open
        if is_row and not following.startswith("|--"):
            rows.append(line)
    return rows


def test_a_short_text_is_one_message():
    assert split_markdown("Hello.\n") == ["Hello.\n"]


def test_nothing_is_no_message():
    assert split_markdown(" \n\n") == []


def test_a_cut_falls_on_the_blank_line():
    text = f"{'a' * 120}\n\n{'b' * 60}\nb\n\n{'c' * 60}"

    assert split_markdown(text, 200) == [f"{'a' * 120}\n\n{'b' * 60}\nb\n\n", "c" * 60]


def test_a_cut_fence_is_closed_and_opened_again_with_its_language():
    code = "\n".join(f"line_{n} = {n}" for n in range(30))

    first, second, *_ = split_markdown(f"Look:\n\n```python\n{code}\n```\nDone.", 300)

    assert first.endswith("\n```")
    assert second.startswith("```python\nline_")


def test_a_cut_table_repeats_its_head():
    rows = "\n".join(f"| {n} | value {n} |" for n in range(40))

    pieces = split_markdown(f"| n | v |\n| --- | --- |\n{rows}\n", 300)

    assert len(pieces) > 2
    assert all(piece.startswith("| n | v |\n| --- | --- |\n| ") for piece in pieces)


def test_a_head_is_not_parted_from_its_table():
    text = "x" * 180 + "\n| n | v |\n|---|---|\n| 1 | 2 |\n" + "y" * 150

    assert split_markdown(text, 200)[1].startswith("| n | v |\n|---|---|\n| 1 | 2 |")


def test_a_quoted_fence_goes_on_quoted():
    code = "\n".join(f"> line {n}" for n in range(40))

    first, second, *_ = split_markdown(f"> ```sh\n{code}\n> ```\n", 300)

    assert first.endswith("\n> ```")
    assert second.startswith("> ```sh\n> line")


def test_an_endless_line_is_cut_at_a_space():
    pieces = split_markdown("word " * 200, 203)

    assert all(len(piece) == 200 and piece.endswith("word ") for piece in pieces)


def test_a_limit_too_small_to_keep_is_refused():
    with pytest.raises(ValueError, match="at least 200"):
        split_markdown("x", 199)
    with pytest.raises(ValueError, match="at least 200"):
        StreamSplitter(199)


@given(MARKDOWN, st.integers(200, 900))
def test_no_message_is_too_long_and_nothing_is_lost(text, limit):
    cuts = cut_markdown(text, limit)

    assert "".join(cut.body for cut in cuts) == text
    for cut in cuts:
        assert len(cut.text) <= limit
        assert not left_open(cut.text)
        assert headless_tables(cut.text) == []


@given(st.text("`~|-> \n1.*abc", max_size=1_500), st.integers(200, 400))
def test_any_text_at_all_keeps_to_the_limit_and_is_whole(text, limit):
    cuts = cut_markdown(text, limit)

    assert "".join(cut.body for cut in cuts) == text
    assert all(len(cut.text) <= limit for cut in cuts)


def streamed(text, limit, cuts):
    splitter = StreamSplitter(limit)
    messages = [""]
    edges = [0, *sorted(cuts), len(text)]
    for a, b in pairwise(edges):
        _add(messages, splitter.feed(text[a:b]))
    _add(messages, splitter.flush())
    return messages


def _add(messages, pieces):
    for piece in pieces:
        if piece.new_message:
            messages.append("")
        messages[-1] += piece.text


def without_marks(text):
    """What is left when everything a splitter may repeat is taken away."""
    lines = text.split("\n")
    return "".join(
        line for line in lines if not line.startswith(("```", "| n |", "|---|"))
    ).replace(" ", "")


@given(MARKDOWN, st.integers(200, 900), st.lists(st.integers(0, 2_000), max_size=30))
def test_a_stream_is_cut_as_carefully(text, limit, cuts):
    messages = streamed(text, limit, [min(cut, len(text)) for cut in cuts])

    assert without_marks("\n".join(messages)) == without_marks(neutral(text))
    for message in messages:
        assert len(message) <= limit
        assert not left_open(message)
        assert headless_tables(message) == []


@given(st.text("`~|-> \n1.*<!@abc", max_size=1_500), st.integers(200, 400), st.integers(1, 50))
def test_a_stream_of_any_text_keeps_to_the_limit(text, limit, step):
    messages = streamed(text, limit, range(step, len(text), step))

    assert all(len(message) <= limit for message in messages)


def test_a_stream_shows_words_as_they_come():
    splitter = StreamSplitter()

    shown = ["".join(p.text for p in splitter.feed(d)) for d in ["18 we", "eks <", "!chan", "nel>"]]

    assert shown == ["18 ", "weeks ", "", "<\u200b!channel>"]


def test_marks_rows_and_heads_wait_until_they_are_whole():
    splitter = StreamSplitter()
    deltas = ["``", "`py\nx", "\n```\n", "| a | b |\n", "|--", "-|---|\n", "| 1 |", " 2 |\nend"]

    shown = ["".join(p.text for p in splitter.feed(d)) for d in deltas]

    table = "| a | b |\n|---|---|\n"
    assert shown == ["", "```py\n", "x\n```\n", "", "", table, "", "| 1 | 2 |\n"]
    assert [p.text for p in splitter.flush()] == ["end"]


def test_a_stream_turns_at_a_blank_line_when_nearly_full():
    splitter = StreamSplitter(200)

    pieces = splitter.feed("a" * 170 + "\n\nNext part. ")

    assert [(p.text, p.new_message) for p in pieces] == [
        ("a" * 170 + "\n\n", False),
        ("Next part. ", True),
    ]


def test_a_caller_may_turn_the_page_inside_a_fence():
    splitter = StreamSplitter()
    splitter.feed("```python\nx = 1\ny = ")

    turn = splitter.roll()

    assert (turn.closing, turn.opening) == ("\n```", "```python\n")
    assert [p.text for p in splitter.feed("2\n```\nDone ")] == ["2\n```\nDone "]
    assert splitter.roll().closing == ""
