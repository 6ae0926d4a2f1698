"""What one agent may use of a server: some of it, as freely as is allowed at all, and no more."""

import json

import pytest

from core.connections.mcp import store
from core.connections.mcp.change_servers import (
    Act,
    allow_tools,
    list_servers,
    look_again,
    narrow_agent,
)
from core.connections.mcp.model import from_body, to_body
from core.kernel.errors import Conflict, Invalid
from tests.integration.mcp.admin import added, audited, call, session_of
from tests.integration.mcp.servers import WireServer, near, tool

BOTH = frozenset({"people", "finance"})


async def narrowed(context, server, tools, agent="people", reference="narrow"):
    act = Act("UANA", reference)
    return await narrow_agent(
        context, act, key="wire", version=server.version, agent=agent, tools=tools
    )


async def open_to_both(database, context, url, **uses):
    server = await added(database, context, url, **uses)
    act = Act("UANA", "both")
    return await allow_tools(
        context, act, key="wire", version=server.version, uses=uses, agents=BOTH
    )


async def names(context, agent):
    return [one.name for one in await near().tools_for(context, agent)]


async def test_an_agent_has_the_tools_that_were_named_for_it_and_others_have_all(database, context):
    async with WireServer(tool(), tool("drop")).serving() as url:
        server = await open_to_both(database, context, url, echo="reads", drop="asks")
        await narrowed(context, server, {"echo": "ask"})

    assert await names(context, "people") == ["wire__echo"]
    assert await names(context, "finance") == ["wire__echo", "wire__drop"]
    assert (await audited(context))[-1] == ("connections:server:allow", "done")


async def test_a_tool_that_reads_waits_where_the_agent_is_to_ask(database, context):
    async with WireServer(tool()).serving() as url:
        server = await open_to_both(database, context, url, echo="reads")
        await narrowed(context, server, {"echo": "ask"})
        asked = await (await session_of(context)).call(call())
        done = await (await session_of(context, "turn2", "finance")).call(call())

    assert (asked.state, done.state) == ("waiting", "done")


async def test_what_is_not_marked_as_reading_is_never_free_of_a_yes(database, context):
    async with WireServer(tool()).serving() as url:
        server = await open_to_both(database, context, url, echo="asks")
        with pytest.raises(Invalid, match="waits for a yes"):
            await narrowed(context, server, {"echo": "allow"})
        [kept] = await list_servers(context)
        # Nor where it was marked as reading once, and is not any more.
        async with context.db.transaction() as tx:
            later = kept.narrowed_for("people", {"echo": "allow"})
            await store.put_server(tx, later.switched_off("other"), "UANA")
        step = await (await session_of(context)).call(call())

    assert step.state == "waiting"


async def test_a_tool_that_is_not_allowed_of_the_server_is_given_to_nobody(database, context):
    async with WireServer(tool(), tool("drop")).serving() as url:
        server = await open_to_both(database, context, url, echo="reads")
        with pytest.raises(Invalid, match="not allowed"):
            await narrowed(context, server, {"drop": "ask"})


async def test_a_tool_that_is_allowed_later_is_not_for_who_was_narrowed(database, context):
    async with WireServer(tool(), tool("drop")).serving() as url:
        server = await open_to_both(database, context, url, echo="reads")
        server = await narrowed(context, server, {"echo": "allow"})
        uses = {"echo": "reads", "drop": "asks"}
        await allow_tools(
            context,
            Act("UANA", "more"),
            key="wire",
            version=server.version,
            uses=uses,
            agents=BOTH,
        )

    assert await names(context, "people") == ["wire__echo"]
    assert await names(context, "finance") == ["wire__echo", "wire__drop"]


async def test_nothing_and_everything_are_said_for_one_agent(database, context):
    async with WireServer(tool()).serving() as url:
        server = await open_to_both(database, context, url, echo="reads")
        nothing = await narrowed(context, server, {}, reference="n1")
        assert await names(context, "people") == []
        everything = await narrowed(context, nothing, None, reference="n2")
        again = await narrowed(context, server, None, reference="n3")  # sent twice

    assert await names(context, "people") == ["wire__echo"]
    assert again == everything


async def test_who_looked_at_another_version_narrows_nothing(database, context):
    async with WireServer(tool()).serving() as url:
        server = await open_to_both(database, context, url, echo="reads")
        await narrowed(context, server, {"echo": "ask"}, reference="n1")
        with pytest.raises(Conflict):
            await narrowed(context, server, {"echo": "allow"}, reference="n2")


async def test_a_changed_tool_is_off_for_who_was_narrowed_until_an_admin_has_looked(
    database, context
):
    server = WireServer(tool())
    async with server.serving() as url:
        kept = await open_to_both(database, context, url, echo="reads")
        await narrowed(context, kept, {"echo": "allow"})
        server.tools = [tool(description="Echoes, and mails it.")]
        step = await (await session_of(context)).call(call())
        off = await names(context, "people")
        looked = await look_again(context, near(), Act("UANA", "look"), key="wire")
        still_off = await names(context, "people")
        await allow_tools(
            context,
            Act("UANA", "again"),
            key="wire",
            version=looked.version,
            uses={"echo": "reads"},
            agents=BOTH,
        )

    assert (step.state, off, still_off) == ("failed", [], [])
    assert await names(context, "people") == ["wire__echo"]
    assert not server.called


async def test_what_was_narrowed_in_a_turn_that_has_begun_is_not_called(database, context):
    server = WireServer(tool())
    async with server.serving() as url:
        kept = await open_to_both(database, context, url, echo="reads")
        session = await session_of(context)
        await narrowed(context, kept, {"echo": "ask"})
        step = await session.call(call())

    assert step.state == "failed"
    assert not server.called


async def test_what_was_kept_before_there_were_narrower_lists_is_read(database, context):
    async with WireServer(tool()).serving() as url:
        server = await open_to_both(database, context, url, echo="reads")
    body = json.loads(json.dumps(to_body(server)))
    del body["narrowed"]

    assert from_body("wire", server.version, body) == server
