"""The agents' own search: what of the documents a call looks into."""

import json

import pytest

from core.conversations.tools.reading import reading_tools
from core.gateway.tools.arguments import read_arguments
from core.gateway.tools.model import ToolCaller
from core.kernel.errors import Invalid, NotFound
from core.knowledge.access.pick_document import NONE_SUCH
from core.knowledge.ingest_document import ingest_document
from core.knowledge.reading.limited_reader import LimitedReader
from core.tenancy.membership.readers import Readers

CALLER = ToolCaller("t1", "U1", "aegis", private=True)


class Nobody:
    """A Slack that cannot say who is in a channel, nor who anybody is."""

    async def list_channels(self, context, person_id):
        return None

    async def list_members(self, context, channel):
        return None

    async def look_up_all(self, context, person_ids):
        return []


_TOOLS = reading_tools(None, Readers(Nobody(), Nobody()))
(TOOL,) = (tool for tool in _TOOLS if tool.name == "search_knowledge")


async def found(context, written: str) -> str:
    """What a model gets for arguments as it would write them."""
    return await TOOL.run(context, CALLER, read_arguments(written, TOOL.parameters))


@pytest.fixture
async def airships(context):
    for title in ("handbook/landing.md", "menu.md"):
        await ingest_document(
            context,
            LimitedReader(),
            None,
            title=title,
            content=f"The zeppelin of {title} lands.".encode(),
            added_by="U1",
            reference="test",
        )
    return context


async def test_a_model_says_where_to_look_or_does_not(airships):
    everywhere = await found(airships, '{"query": "zeppelin"}')
    assert ("landing.md" in everywhere, "menu.md" in everywhere) == (True, True)

    inside = await found(airships, '{"query": "zeppelin", "title_start": "Handbook/"}')
    assert ("landing.md" in inside, "menu.md" in inside) == (True, False)

    later = await found(airships, '{"query": "zeppelin", "added_since": "2999-01-01"}')
    assert later == "Nothing in the documents is about this."
    earlier = await found(airships, '{"query": "zeppelin", "added_before": "2999-01-01"}')
    assert "menu.md" in earlier


@pytest.mark.parametrize("named", ["Menu.md", " menu.md ", "1", "menu.md (http://menu.md)"])
async def test_a_model_names_one_document_as_a_person_would(airships, named):
    written = json.dumps({"query": "zeppelin", "document": named})
    one = await found(airships, written)
    assert ("landing.md" in one, "menu.md" in one) == (False, True)


@pytest.mark.parametrize("named", ["men", "%", "3", "0", "menu.md' or '1'='1", "\u202emenu.md"])
async def test_a_name_that_is_none_is_said_to_be_none(airships, named):
    with pytest.raises(NotFound) as refusal:
        await found(airships, json.dumps({"query": "zeppelin", "document": named}))
    assert str(refusal.value) == NONE_SUCH


@pytest.mark.parametrize("named", ["", "x" * 301, 2, None, ["menu.md"]])
async def test_what_cannot_be_a_name_is_refused_by_the_schema(airships, named):
    with pytest.raises(Invalid):
        await found(airships, json.dumps({"query": "zeppelin", "document": named}))


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "2026-1-1"])
async def test_a_day_that_is_none_is_said_to_be_none(airships, day):
    with pytest.raises(Invalid):
        await found(airships, f'{{"query": "zeppelin", "added_since": "{day}"}}')
