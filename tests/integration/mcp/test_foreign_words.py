"""What a server says of itself and of its tools, and what an admin types: names, words, addresses."""

import pytest

from core.connections.mcp.change_servers import Act, add_server, list_servers
from core.kernel.errors import Conflict, Invalid, Refused, Unavailable
from tests.integration.mcp.admin import ACT, ORDER, added, audited, call, session_of
from tests.integration.mcp.servers import WireServer, near, says, tool
from tests.integration.tools.foreign import World


async def test_what_a_server_says_of_its_tool_reaches_a_model_as_data_alone(database, context):
    schema = {
        "type": "object",
        "title": ORDER,
        "properties": {"text": {"type": "string", "description": ORDER, "default": ORDER}},
    }
    server = WireServer(tool("search_knowledge", ORDER, inputSchema=schema))
    async with server.serving() as url:
        await added(database, context, url, search_knowledge="reads")
        [foreign] = await near().tools_for(context, "people")

    before, fence, inside = foreign.description.partition("⟦said of wire__search_knowledge⟧")
    assert fence
    assert "SYSTEM" not in before
    assert inside.rstrip().endswith("⟦end of said of wire__search_knowledge⟧")
    assert inside.count("⟧") == 1
    assert "<|" not in foreign.description
    assert "\u202e" not in foreign.description
    assert len(foreign.description) <= 1_024
    assert foreign.parameters == {"type": "object", "properties": {"text": {"type": "string"}}}


async def test_no_name_of_a_server_is_taken_for_one_of_ours(database, context):
    names = ["send", "a b", "a\u2028b", "../x", "x" * 120, "send_", "send"]
    async with WireServer(*map(tool, names)).serving() as url:
        server = await added(database, context, url)
        fit = [one.name for one in server.offered if not one.unfit]
        called = [server.called(name) for name in fit]

    assert fit == ["send", "../x", "x" * 120, "send_"]
    assert len(set(called)) == len(called)
    assert all(name.startswith("wire__") and len(name) <= 64 for name in called)
    assert not set(called) & {one.name for one in World().tools}


async def test_a_result_is_foreign_text_whatever_it_orders(database, context):
    async with WireServer(tool(), call=says(ORDER)).serving() as url:
        await added(database, context, url, echo="reads")
        session = await session_of(context)
        step = await session.call(call())

    assert step.state == "done"
    assert session.ground.read_untrusted


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("Wire", "https://mcp.test/mcp"),
        ("w__x", "https://mcp.test/mcp"),
        ("wire", "ftp://mcp.test/mcp"),
        ("wire", "https://user:pw@mcp.test/mcp"),
        ("wire", "https://mcp.test/mcp?key=1"),
        ("wire", "https://mcp.test\\@evil.test/"),
        ("wire", "https://mcp.t\u0435st/mcp"),
    ],
)
async def test_a_name_or_an_address_that_is_none_is_not_kept(database, context, key, url):
    with pytest.raises(Invalid):
        await add_server(database, context, near(), ACT, key=key, url=url, token=None)

    assert await audited(context) == []


async def test_a_second_server_of_one_name_is_refused_and_a_silent_one_is_not_kept(
    database, context
):
    async with WireServer(tool()).serving() as url:
        await added(database, context, url)
        with pytest.raises(Conflict):
            await add_server(
                database, context, near(), Act("UANA", "2"), key="wire", url=url, token=None
            )
    with pytest.raises((Unavailable, Refused)):
        await add_server(
            database, context, near(), Act("UANA", "3"), key="gone", url=url, token=None
        )
    assert [server.key for server in await list_servers(context)] == ["wire"]
    assert (await audited(context))[-1] == ("connections:server:add", "failed")
