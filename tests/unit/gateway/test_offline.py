"""The offline model only ever says what stands in the passages, and says that it is offline."""

from dataclasses import replace

import pytest

from core.gateway.model import NOTHING_FOUND, Delta, Exchange, Finished, Passage, cited
from core.gateway.ports import ProviderError
from core.gateway.prompt import build_prompt
from core.gateway.providers.offline.offline import DISCLOSURE, Offline

TABLE = Passage(
    2,
    "Benefits",
    None,
    "Allowances",
    "| Benefit | Amount |\n| --- | ---: |\n| Bike stipend | 400 EUR |\n| Lunch | 8 EUR |",
)


@pytest.fixture
def ask(tenant, turn):
    async def ask(question, *passages):
        prompt = build_prompt(tenant, replace(turn, question=question, passages=passages))
        *deltas, last = [item async for item in Offline().stream(prompt)]
        assert isinstance(last, Finished)
        assert all(isinstance(delta, Delta) for delta in deltas)
        return "".join(delta.text for delta in deltas)

    return ask


async def test_the_best_sentence_is_quoted_with_its_number(ask, turn):
    answer = await ask(turn.question, *turn.passages)

    assert "> Every parent gets 18 weeks of paid parental leave. [1]" in answer
    assert "eight weeks ahead" not in answer
    assert answer.endswith(DISCLOSURE)


async def test_a_table_row_carries_its_column_names(ask):
    answer = await ask("How much is the bike stipend?", TABLE)

    assert "> Benefit: Bike stipend · Amount: 400 EUR [2]" in answer
    assert "Lunch" not in answer


async def test_a_table_cut_from_its_head_is_quoted_from_its_first_row(ask):
    answer = await ask("bike stipend?", replace(TABLE, text="| Bike stipend | 400 EUR |\n"))

    assert "> Bike stipend · 400 EUR [2]" in answer


async def test_list_items_are_quoted_one_by_one(ask):
    items = Passage(3, "Travel", 1, "", "Rules:\n\n- Book hotels under\n  120 EUR.\n- Take trains.")

    answer = await ask("Which hotels may I book?", items)

    assert "> Book hotels under 120 EUR. [3]" in answer
    assert "trains" not in answer


async def test_a_heading_lifts_the_sentence_under_it(ask):
    text = "# Sick leave\nCall before nine.\n# Expenses\nSend receipts before the fifth."

    answer = await ask("How do I report sick leave?", Passage(1, "Handbook", None, "", text))

    assert "> Call before nine. [1]" in answer
    assert "receipts" not in answer


async def test_at_most_five_quotes(ask):
    many = Passage(1, "Notes", None, "", "\n".join(f"- Bike rule number {n}." for n in range(20)))

    assert (await ask("bike rules", many)).count("\n> ") == 5


async def test_without_passages_nothing_is_found(ask):
    answer = await ask("What is our wifi password?")

    assert answer.startswith(NOTHING_FOUND)
    assert DISCLOSURE in answer


@pytest.mark.parametrize("said", ["Hello!", "hi Mara", "Good morning", "", "?"])
async def test_a_greeting_is_answered_as_one(ask, turn, said):
    answer = await ask(said, *turn.passages)

    assert answer.startswith("Hello! I am Pia")
    assert "Offline model" in answer


@pytest.mark.parametrize("said", ["thanks", "Thank you very much!", "ok, thanks", "Cheers Pia"])
async def test_thanks_are_taken(ask, turn, said):
    assert (await ask(said, *turn.passages)).startswith("You are welcome.")


@pytest.mark.parametrize("asked", ["great benefits", "hello world program rules", "ok to travel"])
async def test_a_question_that_begins_politely_is_still_a_question(ask, turn, asked):
    assert (await ask(asked, *turn.passages)).startswith("From your documents:")


async def test_a_quote_cannot_forge_a_citation_or_an_image(ask):
    text = "Our bike policy ![x](https://evil.example/?q=1) is fine [7]."

    answer = await ask("bike policy", Passage(4, "Policy", None, "", text))

    assert "> Our bike policy x is fine (7). [4]" in answer


async def test_a_search_by_meaning_is_still_quoted(ask, turn):
    answer = await ask("Papa months?", *turn.passages)

    assert "> Every parent gets 18 weeks" in answer


async def test_a_paced_stream_says_the_same_word_by_word(tenant, turn):
    prompt = build_prompt(tenant, turn)
    whole = [d.text async for d in Offline().stream(prompt) if isinstance(d, Delta)]
    paced = [d.text async for d in Offline(100_000).stream(prompt) if isinstance(d, Delta)]

    assert "".join(paced) == "".join(whole)
    assert all(len(piece.split()) == 1 for piece in paced)


def test_a_pace_of_nothing_is_refused():
    with pytest.raises(ValueError, match="more than none"):
        Offline(0)


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        ("Yes [2], and [1].", [1, 2]),
        ("Both [1, 2].", [1, 2]),
        ("From a model of that habit 【2†L1-L3】.", [2]),
        ("None [9] of ours (1).", []),
    ],
)
def test_sources_are_the_passages_an_answer_points_to(turn, answer, numbers):
    passages = (*turn.passages, TABLE)

    assert [passage.number for passage in cited(passages, answer)] == numbers


async def test_an_answer_in_a_given_form_is_refused(tenant, turn):
    prompt = build_prompt(tenant, replace(turn, answer_schema={"type": "object"}))

    with pytest.raises(ProviderError) as refusal:
        await anext(Offline().stream(prompt))

    assert refusal.value.kind == "refused"


async def test_a_misspelt_question_is_quoted_for_as_it_was_read(tenant, turn):
    """Rows of a table that say nothing of "stipent"."""
    question, read_as = "amount of the stipent", "amount of the stipend"
    asked = replace(turn, question=question, passages=(TABLE,), read_as=read_as)
    said = [d async for d in Offline().stream(build_prompt(tenant, asked)) if isinstance(d, Delta)]
    assert "400 EUR" in (text := "".join(delta.text for delta in said))
    assert "8 EUR" not in text


async def test_sentences_are_compared_with_what_a_question_leans_on(tenant, turn):
    compared = []

    async def closeness(asked, texts):
        compared.append(asked)
        return [1.0 if "eight weeks" in text else 0.1 for text in texts]

    earlier = (Exchange("person", "What is parental leave?"),)
    asked = replace(turn, question="And when?", thread=earlier)
    assert "eight weeks ahead. [1]" in await _said(tenant, asked, closeness)
    assert "eight weeks ahead. [1]" in await _said(tenant, turn, closeness)
    assert compared == ["What is parental leave?\nAnd when?", turn.question]


async def test_where_sentences_cannot_be_compared_words_choose(tenant, turn):
    async def closeness(asked, texts):
        return None

    assert await _said(tenant, turn, closeness) == await _said(tenant, turn, None)


async def test_nothing_is_compared_for_a_greeting_or_where_nothing_is_quoted(tenant, turn):
    compared = []

    async def closeness(asked, texts):
        compared.append(asked)

    for asked in (replace(turn, question="Hello"), replace(turn, doubtful=True)):
        await _said(tenant, asked, closeness)

    assert compared == []


async def _said(tenant, turn, closeness):
    stream = Offline(closeness=closeness).stream(build_prompt(tenant, turn))
    return "".join([item.text async for item in stream if isinstance(item, Delta)])
