import pytest

from core.knowledge.second_look.side_by_side import share_side_by_side
from core.knowledge.spelling.slips import one_slip_from, slips


@pytest.mark.parametrize(
    ("written", "meant", "apart"),
    [
        ("receipts", "receipts", 0),
        ("reciepts", "receipts", 1),  # two letters swapped
        ("aprove", "approve", 1),  # one left out
        ("injurry", "injury", 1),  # one put in
        ("warrenty", "warranty", 1),  # one mistaken
        ("bycicle", "bicycle", 2),
        ("ca", "abc", 3),  # what was swapped is not touched again
        ("", "abc", 3),
        ("abc", "", 3),
    ],
)
def test_slips_are_counted(written, meant, apart):
    assert slips(written, meant) == slips(meant, written) == apart


def test_an_ending_may_be_left_out():
    assert slips("voluntears", "volunt", ending=5) == 0
    assert slips("warrenty", "warranti", ending=2) == 2
    assert slips("warrenties", "warranti", ending=2) == 1
    assert slips("ab", "x", ending=5) == 1  # nothing, but for one letter put in


def test_what_is_one_slip_away_keeps_its_first_letter():
    near = set(one_slip_from("hotle"))
    assert {"hotel", "hole", "hottle", "hotly"} <= near
    assert all(word.startswith("h") and slips(word, "hotle") <= 1 for word in near)


def test_words_side_by_side_stay_so_in_a_passage():
    pairs = (("lantern", "hall"), ("hall", "costs"))
    assert share_side_by_side(pairs, "Lantern Hall | 120 seats") == 0.5
    assert share_side_by_side(pairs, "The hall has a lantern; it cost much.") == 0
    assert share_side_by_side((("client", "lunch"),), "Client lunches are paid.") == 1
    assert share_side_by_side((("car", "park"),), "Care, parks") == 0
    assert share_side_by_side((), "Lantern Hall") == 0
