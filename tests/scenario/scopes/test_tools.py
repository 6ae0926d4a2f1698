"""Tools look into what everybody may see who reads the answer, at the time of the call."""

import re

import pytest

from core.gateway.tools.model import ToolCaller
from core.kernel.errors import NotFound, Refused
from core.knowledge.access.pick_document import NONE_SUCH
from tests.scenario.agents.seen import channel_of, direct_of, goes_out
from tests.scenario.scopes.conftest import CODE, PRICE, STIPEND
from tests.scenario.scopes.test_who_reads_along import hints

CASES = [
    ("ben", "dm", {"Handbook.md", "Kestrel.md", "Diary.md"}),
    ("cho", "dm", {"Handbook.md"}),
    ("ben", "general", {"Handbook.md"}),
    ("ben", "leadership", {"Handbook.md", "Kestrel.md"}),
    ("ben", "random", set()),
]
QUESTIONS = {"Handbook.md": STIPEND, "Kestrel.md": PRICE, "Diary.md": CODE}


@pytest.fixture
def call(furnished):
    async def run(name, who, place, *, reach="all", without=(), **arguments):
        direct = place == "dm"
        channel = direct_of(furnished, who) if direct else channel_of(furnished, place)
        where = {"channel": channel.id, "private": direct, "reach": reach}
        where = {key: value for key, value in where.items() if key not in without}
        caller = ToolCaller("t1", furnished.person_id(who), "finance", private=direct, place=where)
        tool = furnished.product.services.staff.dispatcher.tools[name]
        return await tool.run(furnished.tenants["northwind"], caller, arguments)

    return run


@pytest.mark.parametrize(("who", "place", "titles"), CASES)
async def test_a_search_finds_only_what_all_readers_may_see(call, who, place, titles):
    for title, question in QUESTIONS.items():
        found = await call("search_knowledge", who, place, query=question)
        assert (title in found) is (title in titles)
        assert title in titles or found == "Nothing in the documents is about this."


@pytest.mark.parametrize(("who", "place", "titles"), CASES)
async def test_a_document_that_not_all_may_see_is_not_there_to_be_read(call, who, place, titles):
    for title in QUESTIONS:
        if title in titles:
            assert hints(await call("read_document", who, place, title=title))
        else:
            with pytest.raises(NotFound, match="There is no document of that title here"):
                await call("read_document", who, place, title=title)


@pytest.mark.parametrize(("who", "place", "titles"), CASES)
async def test_a_search_in_one_document_tells_nothing_of_those_that_not_all_may_see(
    call, who, place, titles
):
    """What is not to be seen is answered like what is not there, and counts among nothing withheld."""
    for title, question in QUESTIONS.items():
        if title in titles:
            found = await call(
                "search_knowledge", who, place, query=question, document=title.upper()
            )
            assert [one for one in QUESTIONS if one in found] == [title]
        else:
            with pytest.raises(NotFound) as refusal:
                await call("search_knowledge", who, place, query=question, document=title)
            with pytest.raises(NotFound) as unknown:
                await call("search_knowledge", who, place, query=question, document="Nowhere.md")
            assert str(refusal.value) == str(unknown.value) == NONE_SUCH


async def test_a_number_is_that_of_ones_own_list_and_of_nobodys_where_others_read(call):
    """Ben's list: 1 the diary, 2 Kestrel, 3 the handbook. Which of them a channel may see would tell it how
    many it may not."""
    one = await call("search_knowledge", "ben", "dm", query=STIPEND, document="3")
    assert "Handbook.md" in one
    for place, reach, number in [
        ("general", "all", "1"),
        ("general", "all", "3"),
        ("leadership", "all", "2"),
        ("dm", "workspace", "1"),
        ("dm", "all", "4"),
    ]:
        with pytest.raises(NotFound, match=re.escape(NONE_SUCH)):
            await call(
                "search_knowledge", "ben", place, reach=reach, query=STIPEND, document=number
            )
    inside = await call(
        "search_knowledge", "ben", "dm", reach="workspace", query=STIPEND, document="3"
    )
    assert "Handbook.md" in inside


async def test_who_has_left_the_channel_is_given_nothing_of_it(call, furnished):
    goes_out(furnished, "ben", "leadership")

    assert hints(await call("search_knowledge", "ben", "dm", query=PRICE)) == []


async def test_an_agent_of_the_workspaces_documents_is_given_no_other(call):
    for title, question in QUESTIONS.items():
        found = await call("search_knowledge", "ben", "dm", reach="workspace", query=question)
        assert (title in found) is (title == "Handbook.md")
    assert hints(await call("read_document", "ben", "dm", reach="workspace", title="Handbook.md"))
    for title in ("Kestrel.md", "Diary.md"):
        with pytest.raises(NotFound):
            await call("read_document", "ben", "dm", reach="workspace", title=title)


@pytest.mark.parametrize(
    ("name", "given"),
    [("search_knowledge", {"query": STIPEND}), ("read_document", {"title": "Handbook.md"})],
)
async def test_an_agent_that_looks_into_none_is_given_none(call, name, given):
    with pytest.raises(Refused, match="does not look into documents"):
        await call(name, "ben", "dm", reach="none", **given)


async def test_a_place_of_which_it_is_not_said_is_as_private_as_its_turn(call):
    found = await call("search_knowledge", "ben", "general", without={"private"}, query=CODE)
    assert hints(found) == []
