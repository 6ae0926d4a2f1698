from dataclasses import replace

import pytest

from core.knowledge.model import Asker, clean_title, may_see, title_words
from core.knowledge.ranking.merging import Passage, merge_neighbours
from core.knowledge.ranking.question import MAX_TELLING, rarity_by_list, take_apart
from core.knowledge.ranking.repeating import drop_repeated
from core.knowledge.ranking.support import Evidence, Missed, Term, needed, strength, supports
from core.knowledge.second_look.look import wanted

RARITY = {"parental": 0.95, "leave": 0.64, "weeks": 0.69, "adoption": 0.85}
ALONE, EARLIER = "How many weeks of parental leave?", "Who is the mayor of Springfield?"


def rarity(word: str) -> float:
    return RARITY.get(word.lower(), 0.3)


def evidence(named: set[str], closeness: float | None, missed: tuple[Missed, ...] = ()) -> Evidence:
    terms = {stem: Term(RARITY[stem], 2.0, True) for stem in ("parental", "leave", "weeks")}
    return Evidence(terms, frozenset(named), 15, closeness, missed)


def test_a_question_is_looked_at_without_each_telling_word():
    asked = take_apart(ALONE, (), rarity)
    assert [(word.text, without) for word, without in asked.telling] == [
        ("parental", "How many weeks of leave?"),
        ("weeks", "How many of parental leave?"),
        ("leave", "How many weeks of parental ?"),
    ]


def test_a_question_that_stands_alone_is_judged_alone():
    asked = take_apart(ALONE, (EARLIER,), rarity)
    assert asked.judged == ALONE
    assert asked.sought == f"{EARLIER}\n{ALONE}"
    assert [word.text for word in asked.words if not word.asked] == [
        "who", "is", "the", "mayor", "springfield",
    ]  # fmt: skip


def test_a_question_that_leans_is_judged_with_the_one_before():
    for leaning in ("and for adoption?", "Do they count weeks of adoption leave?"):
        assert take_apart(leaning, (ALONE,), rarity).judged == f"{ALONE}\n{leaning}"


@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_a_contraction_names_nothing_and_a_possessive_names_its_noun(apostrophe):
    vocabulary = {"what", "do", "i", "the", "doctor", "note", "o'brien"}
    asked = take_apart(
        "What's I'm don't the doctor's note O'Brien".replace("'", apostrophe),
        (),
        lambda word: 0.3 if word in vocabulary else 1.0,
    )
    assert [word.text for word in asked.words] == [
        "what", "i", "do", "the", "doctor", "note", "o'brien",
    ]  # fmt: skip
    assert not asked.telling


def test_a_flood_of_words_costs_no_more_than_a_few():
    asked = take_apart(" ".join(f"word{n}" for n in range(5_000)), (), lambda word: 1.0)
    assert len(asked.telling) == MAX_TELLING
    assert len(asked.judged) == 2_000


def test_words_that_ask_count_less_than_words_that_name():
    assert rarity_by_list("Where") < rarity_by_list("bicycle")


def test_a_near_passage_that_names_the_matter_supports_an_answer():
    assert supports(evidence({"parental", "leave", "weeks"}, 0.6))


def test_a_near_passage_about_something_else_does_not():
    missed = Missed(rarity=0.95, without=0.57, alone=0.0, unheard_of=True)
    assert not supports(evidence({"leave", "weeks"}, 0.47, (missed,)))


def test_a_paraphrase_is_not_taken_for_something_else():
    missed = Missed(rarity=0.9, without=0.35, alone=0.3, unheard_of=True)
    assert strength(evidence({"leave"}, 0.42, (missed,))) >= needed(15)


def test_words_alone_must_name_most_of_the_question():
    assert supports(evidence({"parental", "leave"}, None))
    assert not supports(evidence({"leave"}, None))


def test_a_large_corpus_needs_more():
    assert needed(10_000) > needed(100) > needed(5) == needed(1)


def passage(first: int, *, heading: str = "A", document: str = "d", score: float = 1.0) -> Passage:
    return Passage(document, heading, first, first, 1, str(first), score)


def test_neighbours_of_one_section_are_one_passage():
    merged = merge_neighbours([passage(4, score=0.5), passage(9, score=0.3), passage(3, score=0.2)])
    assert [(p.first, p.last, p.text, p.score) for p in merged] == [
        (3, 4, "3\n\n4", 0.5),
        (9, 9, "9", 0.3),
    ]


def test_neighbours_under_different_headings_stay_apart():
    assert len(merge_neighbours([passage(3), passage(4, heading="B")])) == 2
    assert len(merge_neighbours([passage(3), passage(4, document="e")])) == 2


def test_no_passage_grows_without_end():
    assert [(p.first, p.last) for p in merge_neighbours([passage(n) for n in range(5)])] == [
        (0, 2),
        (3, 4),
    ]


RULE = "Parents may take leave of 18 weeks with full pay, whatever their contract says about it."


@pytest.mark.parametrize(
    ("again", "kept"),
    [
        (RULE, 1),
        (RULE.upper().replace(",", " –"), 1),
        (f"{RULE} Ask.", 1),
        (RULE.replace("18", "20"), 2),
        (RULE.replace("may take", "may not take"), 2),
        (RULE.replace("may take", "can't take"), 2),
        ("Parents may bring their children on Fridays.", 2),
        ("", 2),
    ],
)
def test_what_says_the_same_again_is_left_out_unless_it_contradicts(again, kept):
    better = replace(passage(0, document="a"), text=RULE)
    worse = replace(passage(7, document="b"), text=again)
    assert drop_repeated([better, worse]) == [better, worse][:kept]


def test_only_the_owner_sees_an_own_document_and_only_in_private():
    assert may_see(Asker("U1", private=False), "workspace", "")
    assert may_see(Asker("U1", private=True), "person", "U1")
    assert not may_see(Asker("U1", private=False), "person", "U1")
    assert not may_see(Asker("U2", private=True), "person", "U1")


def test_a_title_is_one_clean_line():
    assert clean_title("  a\n\tb\x00  c ") == "a b c"
    assert clean_title("\n") == "Untitled"
    assert len(clean_title("x" * 500)) == 200
    assert title_words("parental-leave_2026.pdf") == "parental leave 2026"


def test_words_that_ask_are_never_what_is_asked_about():
    """However rare the vocabulary says they are."""
    asked = take_apart("what happens to whom, and does it", (), lambda word: 0.9)
    assert not asked.telling


def test_words_side_by_side_are_taken_where_both_name_something():
    asked = take_apart("How much is the lantern hall in the evening?", (), rarity)
    assert asked.pairs == ()
    names = {"lantern": 0.9, "hall": 0.6, "evening": 0.7}
    asked = take_apart("How much is the lantern hall?", (), lambda word: names.get(word, 0.2))
    assert asked.pairs == (("lantern", "hall"),)


def test_a_second_look_wants_less_where_documents_have_every_word_of_the_question():
    near = evidence({"parental", "leave"}, 0.3)
    unheard_of = replace(near, terms={**near.terms, "sabbatical": Term(0.9, 0.0, True)})
    known, unknown = wanted([near]), wanted([unheard_of])
    assert known is not None
    assert unknown is not None
    assert 0 < known < unknown


def test_a_second_look_is_not_needed_where_support_is_sure():
    near = evidence({"parental", "leave"}, 0.3)
    assert wanted([]) is None
    assert wanted([evidence({"parental"}, None)]) is None
    assert wanted([near, evidence({"parental", "leave", "weeks"}, 0.9)]) is None
    assert wanted([replace(near, side_by_side=0.5)]) is None
