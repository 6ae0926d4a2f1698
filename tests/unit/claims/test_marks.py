"""Which words a citation stands behind."""

import pytest

from core.conversations.claims.marks import MOST_MARKS, find_marks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You get 18 weeks [1].", [((1,), "You get 18 weeks")]),
        ("Yes, you do. You get 18 weeks. [1]", [((1,), "You get 18 weeks.")]),
        ("18 weeks. Yes. [1]", [((1,), "18 weeks. Yes.")]),
        (
            "18 weeks of leave [1] and 900 euros net [2].",
            [((1,), "18 weeks of leave"), ((2,), "and 900 euros net")],
        ),
        (
            "- one thing here [1]\n- another thing there [2][3], [4]",
            [((1,), "one thing here"), ((2, 3, 4), "another thing there")],
        ),
        ("| Leave | 18 weeks [1] | 900 [2] |", [((1,), "18 weeks"), ((2,), "900")]),
        ("A line that\ngoes on here [1].", [((1,), "A line that\ngoes on here")]),
        ("[1] Every parent gets it. More.", [((1,), "Every parent gets it.")]),
        ("Every parent gets it.\n[1]", [((1,), "Every parent gets it.")]),
        ("So it is said here [1-3, 5].", [((1, 2, 3, 5), "So it is said here")]),
        ("So it is said here【2†L1-L9】", [((2,), "So it is said here")]),
        ("So it is said here ［２］", [((2,), "So it is said here")]),
        ("So it is said here [¹]", [((1,), "So it is said here")]),
        ("```\na[7]\n```\nand `b[8]` is code [1]", [((1,), "and `b[8]` is code")]),
        ("```\nnothing closes it [7]", []),
        ("In [2024] it was so.", []),
    ],
)
def test_a_claim_ends_where_its_mark_begins(text, expected):
    assert [(mark.numbers, mark.claim) for mark in find_marks(text)] == expected


def test_marks_without_end_stand_behind_nothing():
    marks = list(find_marks("You get 18 weeks [1]. " * (MOST_MARKS + 50)))
    assert len(marks) == MOST_MARKS + 50
    assert {mark.claim for mark in marks[MOST_MARKS:]} == {""}
