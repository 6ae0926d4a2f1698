"""Tools look into what everybody may see who reads the answer, at the time of the call."""

import pytest

from core.gateway.tools.model import ToolCaller
from core.kernel.errors import NotFound
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
    async def run(name, who, place, **arguments):
        direct = place == "dm"
        channel = direct_of(furnished, who) if direct else channel_of(furnished, place)
        where = {"channel": channel.id, "private": direct, "reach": "all"}
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


async def test_who_has_left_the_channel_is_given_nothing_of_it(call, furnished):
    goes_out(furnished, "ben", "leadership")

    assert hints(await call("search_knowledge", "ben", "dm", query=PRICE)) == []
