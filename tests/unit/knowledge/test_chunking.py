import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.knowledge.model import Chunk
from core.knowledge.ports import Part
from core.knowledge.reading.blocks import blocks_of
from core.knowledge.reading.chunking import LIMIT, chunk, estimate_pieces
from core.knowledge.reading.splitting import split_fence, split_table, split_text


def words(text: str) -> int:
    return len(text.split())


def part(page: int | None, text: str) -> Part:
    return Part(page, tuple(blocks_of(text)))


def chunks_of(text: str, limit: int = LIMIT) -> list[Chunk]:
    return chunk([part(None, text)], words, limit)


def test_a_chunk_knows_the_headings_above_it():
    made = chunks_of("# Guide\n\nHello.\n\n## Leave\n\nTwo weeks.\n\n# *Other* `part`\n\nMore.")
    assert [(c.heading, c.text) for c in made] == [
        ("Guide", "Hello."),
        ("Guide › Leave", "Two weeks."),
        ("Other part", "More."),
    ]


def test_short_paragraphs_of_a_section_share_a_chunk():
    (made,) = chunks_of("## Leave\n\nTwo weeks.\n\n- paid\n- booked early")
    assert made.text == "Two weeks.\n\n- paid\n- booked early"
    assert made.embedded_text == "Leave\nTwo weeks.\n\n- paid\n- booked early"


def test_headings_run_on_from_page_to_page_and_chunks_do_not():
    made = chunk([part(1, "# A\n\nfirst"), part(2, "second\n\n## B\n\nthird")], words)
    assert [(c.position, c.page, c.heading, c.text) for c in made] == [
        (0, 1, "A", "first"),
        (1, 2, "A", "second"),
        (2, 2, "A › B", "third"),
    ]


def test_a_table_that_fits_stays_whole():
    table = "| day | hours |\n|---|---|\n| Mon | 8 |\n| Tue | 6 |"
    made = chunks_of(f"{'word ' * 20}\n\n{table}", limit=22)
    assert made[1].text == table


def test_a_long_table_repeats_its_heading_row():
    table = "| day | hours |\n| --- | --- |\n" + "\n".join(f"| d{n} | {n} |" for n in range(20))
    pieces = list(split_table(table, words, 40))
    assert len(pieces) > 2
    assert all(piece.startswith("| day | hours |\n| --- | --- |\n| d") for piece in pieces)
    assert all(words(piece) <= 40 for piece in pieces)


def test_a_long_code_block_becomes_several_code_blocks():
    fence = "```python\n" + "\n".join(f"x{n} = {n}" for n in range(30)) + "\n```"
    pieces = list(split_fence(fence, words, 30))
    assert len(pieces) > 2
    assert all(p.startswith("```python\n") and p.endswith("\n```") for p in pieces)
    assert "".join(p.removeprefix("```python\n").removesuffix("```") for p in pieces) == (
        "\n".join(f"x{n} = {n}" for n in range(30)) + "\n"
    )


def test_a_heading_inside_code_is_not_a_heading():
    (made,) = chunks_of("# A\n\n```\n# not a heading\n```")
    assert (made.heading, made.text) == ("A", "```\n# not a heading\n```")


def test_sentences_are_cut_before_words_are():
    text = "One two three. Four five six. Seven eight nine."
    assert list(split_text(text, words, 6)) == [
        "One two three. Four five six.",
        "Seven eight nine.",
    ]


def test_a_word_without_end_is_cut_all_the_same():
    pieces = list(split_text("x" * 1_000, estimate_pieces, 20))
    assert "".join(pieces) == "x" * 1_000
    assert all(estimate_pieces(piece) <= 20 for piece in pieces)


def test_an_endless_heading_leaves_room_for_the_text():
    made = chunks_of("# " + "long " * 500 + "\n\n" + "word " * 300)
    assert all(words(c.embedded_text) <= LIMIT for c in made)


def test_front_matter_is_not_text():
    (made,) = chunks_of("---\ntitle: secret\n---\n# A\n\nhello")
    assert (made.heading, made.text) == ("A", "hello")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a heading", "---"])
def test_what_says_nothing_makes_no_chunk(text):
    assert chunks_of(text) == []


@given(st.text(alphabet=st.sampled_from("ab #`|-\n.1[]()>*"), max_size=400), st.integers(8, 40))
def test_no_chunk_is_over_the_limit_and_no_word_is_lost(text, limit):
    made = chunk([part(None, text)], estimate_pieces, limit)
    assert [c.position for c in made] == list(range(len(made)))
    assert all(c.text.strip() for c in made)
    body_letters = sum(c.text.count("a") for c in made)
    assert body_letters <= text.count("a") * (1 + len(made))
