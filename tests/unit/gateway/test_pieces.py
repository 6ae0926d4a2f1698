"""What a quote may be: a list stays with the words that open it, a table's head is no answer."""

from core.gateway.model import Passage
from core.gateway.providers.offline.quotes import best_quotes

BATTERIES = """Batteries are charged in the steel cabinet.

If a battery smokes:

- Press the red button by the door.
- Everyone leaves by the yard gate.
- Call 112."""

CHECK = """No work starts before the check is clear.

1. Enter every party in the register.
2. The register compares them.
3. No match: you get a number."""


def _quotes(question: str, *passages: Passage) -> list[str]:
    return [quote.text for quote in best_quotes(question, passages)]


def _passage(heading: str, text: str, number: int = 1) -> Passage:
    return Passage(number, "Handbook", None, heading, text)


def test_a_list_is_quoted_with_the_words_that_open_it():
    quotes = _quotes("What do I do if a battery smokes?", _passage("Batteries", BATTERIES))

    assert quotes[0] == (
        "If a battery smokes:\n"
        "- Press the red button by the door.\n"
        "- Everyone leaves by the yard gate.\n"
        "- Call 112."
    )


def test_one_item_is_still_quoted_alone():
    quotes = _quotes("Where is the red button?", _passage("Batteries", BATTERIES))

    assert quotes == ["Press the red button by the door."]


def test_the_steps_of_something_are_the_numbered_list_below_its_heading():
    table = "| Step | Who |\n| --- | --- |\n| 2. Interest check | paralegal |"
    quotes = _quotes(
        "What are the steps of an interest check?",
        _passage("Intake", table),
        _passage("Conflicts › Interest check", CHECK, number=2),
    )

    assert (
        "1. Enter every party in the register.\n"
        "2. The register compares them.\n"
        "3. No match: you get a number."
    ) in quotes


def test_the_names_of_a_tables_columns_do_not_make_every_row_an_answer():
    table = (
        "| Work | Fixed fee |\n| --- | --- |\n| Lease review | 1,400 |\n| Letter | 380 |\n"
        "| Employment contract | 600 |"
    )
    quotes = _quotes("What is the fixed fee of a lease review?", _passage("Fixed fees", table))

    assert quotes == ["Work: Lease review · Fixed fee: 1,400"]


def test_the_head_of_a_drawn_table_yields_to_a_sentence():
    text = "Every parent gets 18 weeks of parental leave.\n\nTime with us Parental leave Pay"
    quotes = _quotes("How much parental leave is there?", _passage("Pay", text))

    assert quotes == ["Every parent gets 18 weeks of parental leave."]


def test_a_long_list_ends_at_a_whole_item():
    items = "\n".join(f"- Rule {number} {'word ' * 20}" for number in range(40))
    quote = _quotes("What are the house rules?", _passage("House", f"House rules:\n\n{items}"))[0]

    assert quote.endswith("\n…")
    assert len(quote) < 950
