"""An agent saves a text for all under a title that is taken: whose document it may replace."""

import pytest

from core.gateway.tools.model import ToolCaller
from core.kernel.errors import Conflict

ZERO = {"title": "Handbook.md", "text": "The bike stipend is zero."}


@pytest.fixture
def save(furnished):
    """Has an agent save a text for everybody, as whoever said yes to it."""

    async def run(who):
        tool = furnished.product.services.staff.dispatcher.tools["save_to_knowledge"]
        caller = ToolCaller("t1", furnished.person_id(who), "finance", private=True)
        return await tool.run(furnished.tenants["northwind"], caller, ZERO)

    return run


async def bodies(stage):
    """The texts of the documents that everybody gets answers from."""
    async with stage.tenants["northwind"].db.transaction() as tx:
        found = await tx.fetch(
            "select c.body from chunk c join document d using (document_id)"
            " where d.scope = 'workspace'"
        )
    return " ".join(row["body"] for row in found)


async def test_no_members_agent_overwrites_the_handbook(save, furnished):
    with pytest.raises(Conflict, match="already has another document called “Handbook"):
        await save("cho")

    assert "900 euros" in await bodies(furnished)


async def test_an_admins_agent_does_and_says_so(save, furnished):
    assert await save("ana") == "Saved as Handbook.md, in place of the version before."
    assert await bodies(furnished) == ZERO["text"]


def test_the_card_says_what_is_replaced(furnished):
    tool = furnished.product.services.staff.dispatcher.tools["save_to_knowledge"]

    assert "It replaces the document that has this title, if there is one" in tool.show(ZERO)
