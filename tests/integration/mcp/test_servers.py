"""Servers as an admin adds them and agents use them: allowed by name, asked about, sealed, and off
when they are not what was allowed."""

import pytest

from core.connections.mcp import store
from core.connections.mcp.change_servers import (
    Act,
    add_server,
    allow_tools,
    list_servers,
    look_again,
    remove_server,
)
from core.gateway.tools.dispatcher import NOT_AS_SHOWN, Dispatcher
from core.gateway.tools.model import Ground, ToolCaller, ToolPolicy
from core.gateway.tools.session import ToolSession
from core.kernel.errors import Conflict, NotFound
from core.kernel.sealing import CannotOpen
from tests.integration.mcp.admin import ORDER, TOKEN, added, approve, audited, call, session_of
from tests.integration.mcp.servers import WireServer, near, tool


async def test_a_server_is_added_with_what_it_offers_and_nobody_may_use_it(database, context):
    async with WireServer(tool()).serving() as url:
        await added(database, context, url, token=TOKEN)
        [server] = await list_servers(context)

        assert [one.name for one in server.offered] == ["echo"]
        assert await near().tools_for(context, "people") == ()
    assert await audited(context) == [
        ("connections:server:add", "attempt"),
        ("connections:server:add", "done"),
    ]


async def test_a_token_is_sealed_for_its_tenant_and_its_server(database, context, new_context):
    other = await new_context()
    async with WireServer(tool()).serving() as url:
        await added(database, context, url, token=TOKEN)
    async with context.db.transaction() as tx:
        kept = await tx.fetchrow("select sealed_token, scopes from oauth_tokens")
        assert TOKEN.reveal().encode() not in kept["sealed_token"]
        assert await store.find_token(tx, context, "wire") == TOKEN
    async with other.db.transaction() as tx:
        assert await store.find_token(tx, other, "wire") is None
        await tx.execute(
            "insert into oauth_tokens (tenant_id, user_id, provider, sealed_token, key_id)"
            " values ($1, 'wire', 'mcp', $2, 'k')",
            *(other.tenant_id, kept["sealed_token"]),
        )
        with pytest.raises(CannotOpen):
            await store.find_token(tx, other, "wire")


async def test_nothing_of_one_tenant_is_used_for_another(database, context, new_context):
    """Both have a server of one name; and a tool made for one does nothing for the other."""
    other = await new_context()
    mine, theirs = WireServer(tool()), WireServer(tool())
    async with mine.serving() as url, theirs.serving() as their_url:
        await added(database, context, url, token=TOKEN, echo="reads")
        await added(database, other, their_url, echo="reads")
        await (await session_of(other)).call(call())
        assert theirs.called
        assert not mine.called
        assert all("Authorization" not in request.headers for request in theirs.requests)

        [foreign] = await near().tools_for(context, "people")
        dispatcher = Dispatcher([foreign])
        caller = ToolCaller("turn2", "UANA", "people")
        crossed = await ToolSession.open(dispatcher, other, caller, ToolPolicy(), Ground())
        step = await crossed.call(call())

        assert step.state == "failed"
        assert not mine.called


async def test_a_tool_waits_for_a_yes_that_says_where_it_goes_and_then_runs_once(database, context):
    server = WireServer(tool())
    async with server.serving() as url:
        await added(database, context, url, token=TOKEN, echo="asks")
        step = await (await session_of(context)).call(call(text="pay\u202e me"))
        assert step.state == "waiting"
        assert not server.called

        await approve(context, step)
        resumed = await session_of(context)
        await resumed.advance()
        await (await session_of(context)).advance()

        assert [row.state for row in resumed.rows] == ["done"]
        assert len(server.called) == 1
        assert resumed.ground.read_untrusted
        assert resumed.ground.read_private
    port = server.url.rpartition(":")[2].partition("/")[0]
    assert step.shown == (
        f"Use the tool echo of the server wire (mcp.test:{port})\ntext: pay[U+202E] me"
    )


async def test_a_tool_that_reads_needs_no_yes_until_the_turn_has_read_two_kinds(database, context):
    server = WireServer(tool())
    async with server.serving() as url:
        await added(database, context, url, echo="reads")
        session = await session_of(context)
        first = await session.call(call())
        second = await session.call(call(text="what was read"))

    assert (first.state, second.state) == ("done", "waiting")
    assert len(server.called) == 1


async def test_only_the_agents_that_were_named_have_it_and_a_made_up_call_does_nothing(
    database, context
):
    server = WireServer(tool(), tool("secret"))
    async with server.serving() as url:
        await added(database, context, url, echo="reads")

        assert await near().tools_for(context, "finance") == ()
        assert [t.name for t in await near().tools_for(context, "people")] == ["wire__echo"]
        session = await session_of(context, agent="finance")
        assert (await session.call(call())).state == "failed"
        session = await session_of(context, "turn2")
        assert (await session.call(call("wire__secret"))).state == "failed"
    assert not server.called


async def test_a_tool_that_its_server_changes_is_off_until_an_admin_has_looked(database, context):
    server = WireServer(tool())
    async with server.serving() as url:
        await added(database, context, url, echo="reads")
        server.tools = [tool(description=ORDER)]
        step = await (await session_of(context)).call(call())
        assert (step.state, server.called) == ("failed", [])
        assert "not what an admin has allowed" in step.result

        server.tools = [tool()]  # as if nothing had been
        assert await near().tools_for(context, "people") == ()
        looked = await look_again(context, near(), Act("UANA", "look"), key="wire")
        assert looked.changed == {"echo"}
        again = await allow_tools(
            context,
            Act("UANA", "again"),
            key="wire",
            version=looked.version,
            uses={"echo": "reads"},
            agents=looked.agents,
        )
        assert not again.changed
        assert (await (await session_of(context, "turn2")).call(call())).state == "done"
    assert ("connections:tool:withdraw", "done") in await audited(context)


async def test_looking_again_switches_off_what_was_changed(database, context):
    server = WireServer(tool(), tool("other"))
    async with server.serving() as url:
        await added(database, context, url, echo="reads", other="asks")
        server.tools = [tool(description="Echoes, and more."), tool("other")]
        looked = await look_again(context, near(), Act("UANA", "look"), key="wire")

        assert looked.changed == {"echo"}
        names = [one.name for one in await near().tools_for(context, "people")]
        assert names == ["wire__other"]


async def test_what_an_admin_allows_is_what_they_have_looked_at(database, context):
    server = WireServer(tool())
    async with server.serving() as url:
        seen = await added(database, context, url)
        await look_again(context, near(), Act("UANA", "look"), key="wire")
        with pytest.raises(Conflict):
            await allow_tools(
                context,
                Act("UANA", "late"),
                key="wire",
                version=seen.version,
                uses={"echo": "reads"},
                agents=frozenset({"people"}),
            )


async def test_a_yes_for_one_address_is_none_for_another_of_the_same_name(database, context):
    """The server was removed and added anew, elsewhere, while a yes was waited for."""
    first, second = WireServer(tool()), WireServer(tool())
    async with first.serving() as url, second.serving() as other_url:
        await added(database, context, url, echo="asks")
        step = await (await session_of(context)).call(call())
        await remove_server(context, Act("UANA", "gone"), key="wire")
        server = await add_server(
            database, context, near(), Act("UANA", "anew"), key="wire", url=other_url, token=None
        )
        await allow_tools(
            context,
            Act("UANA", "allowed anew"),
            key="wire",
            version=server.version,
            uses={"echo": "asks"},
            agents=frozenset({"people"}),
        )
        await approve(context, step)
        resumed = await session_of(context)
        await resumed.advance()

        assert [(row.state, row.result) for row in resumed.rows] == [("failed", NOT_AS_SHOWN)]
        assert not first.called + second.called


async def test_a_server_that_was_removed_is_gone_with_its_token_and_its_tools(database, context):
    server = WireServer(tool())
    async with server.serving() as url:
        await added(database, context, url, token=TOKEN, echo="reads")
        session = await session_of(context)  # begun before
        await remove_server(context, Act("UANA", "gone"), key="wire")
        step = await session.call(call())

        assert step.state == "failed"
        assert not server.called
        assert await list_servers(context) == []
        async with context.db.transaction() as tx:
            assert await tx.fetchval("select count(*) from oauth_tokens") == 0
        with pytest.raises(NotFound):
            await remove_server(context, Act("UANA", "twice"), key="wire")


async def test_who_may_use_a_tool_no_more_gets_nothing_in_a_turn_that_has_begun(database, context):
    server = WireServer(tool())
    async with server.serving() as url:
        kept = await added(database, context, url, echo="reads")
        session = await session_of(context)
        await allow_tools(
            context,
            Act("UANA", "others"),
            key="wire",
            version=kept.version,
            uses={"echo": "reads"},
            agents=frozenset({"finance"}),
        )
        step = await session.call(call())

    assert step.state == "failed"
    assert not server.called


async def test_what_a_taken_away_tool_has_read_stays_read(database, context):
    async with WireServer(tool()).serving() as url:
        await added(database, context, url, echo="reads")
        await (await session_of(context)).call(call())
        await remove_server(context, Act("UANA", "gone"), key="wire")

        assert (await session_of(context)).ground.read_untrusted
        assert (await session_of(context)).ground.read_private
