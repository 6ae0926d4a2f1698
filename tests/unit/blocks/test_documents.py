"""What `/aegis kb` says: for whom each document is, and names that are cut where one sees it."""

import pytest

from core.knowledge.model import Document, Finding
from handlers.blocks.documents import (
    delete_question,
    documents_list,
    passages_list,
    status_page,
)


def document(scope="workspace", title="plan.md", pages=None):
    owner, channel = ("U1" if scope == "person" else ""), ("C1" if scope == "channel" else "")
    return Document("d1", title, "md", pages, 3, scope, owner, channel)


@pytest.mark.parametrize(
    ("scope", "whose", "gets"),
    [
        ("workspace", "everyone", "Everyone gets answers"),
        ("channel", "everyone in <#C1>", "Everyone in <#C1> gets answers"),
        ("person", "only you", "Only you get answers"),
    ],
)
def test_it_is_said_for_whom_a_document_is(scope, whose, gets):
    assert f"1. *plan.md* (md) · {whose}" in documents_list([document(scope)]).text
    assert delete_question(document(scope)).text == (
        f"Delete *plan.md*? {gets} from it. Its text is deleted at once."
    )


@pytest.mark.parametrize(("pages", "extent"), [(None, ""), (1, ", 1 page"), (8, ", 8 pages")])
def test_pages_are_counted_in_words(pages, extent):
    assert f"*plan.md* (md{extent}) ·" in documents_list([document(pages=pages)]).text


def test_names_that_are_too_long_end_in_an_ellipsis():
    listed = documents_list([document(title="a" * 81)]).text
    assert f"*{'a' * 79}…*" in listed
    path = "Handbook › Parental leave › How much parental leave you get, and from when on"
    found = Finding("d1", "plan.md", path, 4, "Words.", 0.5)
    assert path in passages_list([found]).text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("four " * 80 + "more", "four " * 79 + "four …"),
        ("x" * 401, "x" * 401 + " …"),
        ("x" * 400, "x" * 400),
        ("Hotel 120\n\n  Meals 38", "Hotel 120\nMeals 38"),
    ],
)
def test_a_passage_is_cut_between_words(text, shown):
    found = Finding("d1", "plan.md", "", None, text, 0.5)
    assert passages_list([found]).blocks[1]["text"]["text"] == shown


def test_the_counts_add_up():
    page = status_page([document(), document("person")], by_meaning=False).text
    assert "get answers from:* 2\n• 1 for everyone" in page
    assert "Passages in them: 6, searched by words alone" in page
