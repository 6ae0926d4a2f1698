from core.knowledge.second_look.sentences import sentences

TABLE = """| Work | Lender | Due back |
| --- | --- | --- |
| Night Ferry | City of Ghent | 30 May |
| Alone | | |"""


def test_each_cell_of_a_row_is_said_of_what_stands_first_in_it():
    assert list(sentences(TABLE, "Loans › Works")) == [
        "Works: Work: Night Ferry · Lender: City of Ghent",
        "Works: Work: Night Ferry · Due back: 30 May",
        "Works: Work: Alone",
    ]


def test_sentences_and_items_stand_under_their_heading():
    text = "One thing. Another\nthing.\n\n- An item\n- A second one"
    assert list(sentences(text, "Rules")) == [
        "Rules: One thing.",
        "Rules: Another thing.",
        "Rules: - An item",
        "Rules: - A second one",
    ]
