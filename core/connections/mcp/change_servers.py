"""What admins do with MCP servers: add one, look at what it offers now, allow its tools, remove it.

Each change is a version of the server, and a row of the log. Who may do it is checked by whoever
calls; a member's try is a row of the same action.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.audit import record as audit
from core.audit.attempt import attempt
from core.connections.mcp import store
from core.connections.mcp.model import (
    MOST_SERVERS,
    OfferedTool,
    ToolServer,
    Use,
    problem_with_key,
    problem_with_narrowing,
    problem_with_token,
    problem_with_url,
)
from core.connections.mcp.place import list_offered
from core.connections.mcp.tools import KEY_GONE, ToolServers
from core.db.database import Database
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.gateway.tools.model import Rule
from core.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from core.kernel.sealing import CannotOpen
from core.kernel.secret import Secret

ADD = "connections:server:add"
LOOK = "connections:server:look"
ALLOW = "connections:server:allow"
REMOVE = "connections:server:remove"
NO_SERVER = "There is no server of that name."


@dataclass(frozen=True, slots=True)
class Act:
    """Who does it; *reference* joins its rows in the log and makes a second try the same act."""

    actor: str
    reference: str


async def list_servers(context: TenantContext) -> list[ToolServer]:
    async with context.db.transaction() as tx:
        return await store.list_servers(tx)


async def add_server(
    database: Database,
    context: TenantContext,
    servers: ToolServers,
    act: Act,
    *,
    key: str,
    url: str,
    token: Secret | None,
) -> ToolServer:
    """Kept with what it offers; nobody may use any of it yet.

    Raises Invalid, Conflict when there is such a server or too many, Refused for an address that is
    not connected to, and Unavailable for a server that does not answer as one.
    """
    problems = (problem_with_key(key), problem_with_url(url))
    for problem in (*problems, problem_with_token(token.reveal() if token else "")):
        if problem:
            raise Invalid(problem)
    given = context.fingerprint(f"{key}\n{url}")
    async with attempt(
        context, ADD, act.actor, reference=act.reference, arguments=given, server=key
    ) as begun:
        offered = await list_offered(servers.place(url, token))
        async with database.sealing(context.tenant_id) as (tx, now):
            await store.lock_servers(tx)
            version = await _free_version(tx, key, act)
            server = ToolServer(key, url, offered, has_token=bool(token), version=version)
            await store.put_server(tx, server, act.actor)
            await store.put_token(tx, now, key, token, act.actor)
            await begun.record(tx, "done", server=key, version=version, tools=len(offered))
    return server


async def look_again(
    context: TenantContext, servers: ToolServers, act: Act, *, key: str
) -> ToolServer:
    """What the server offers now. An allowed tool that is another one by now is off.

    Raises NotFound, and what `add_server` raises for a server that does not answer.
    """
    async with context.db.transaction() as tx:
        known = await _found(tx, key)
        try:
            token = await store.find_token(tx, context, key)
        except CannotOpen:
            raise Unavailable(KEY_GONE) from None
    async with attempt(
        context, LOOK, act.actor, reference=act.reference, server=key, version=known.version
    ) as begun:
        offered = await list_offered(servers.place(known.url, token))
        async with context.db.transaction() as tx:
            await store.lock_servers(tx)
            now = await _found(tx, key)
            if now.url != known.url:
                raise Conflict("Somebody else changed this server meanwhile. Please try again.")
            server = replace(
                now,
                offered=offered,
                changed=now.changed | _changed(now, offered),
                version=now.version + 1,
            )
            await store.put_server(tx, server, act.actor)
            await begun.record(
                tx, "done", server=key, version=server.version, changed=len(server.changed)
            )
    return server


async def allow_tools(
    context: TenantContext,
    act: Act,
    *,
    key: str,
    version: int,
    uses: Mapping[str, Use],
    agents: frozenset[str],
) -> ToolServer:
    """From the next turn on *agents* may use what is in *uses*, and nothing else of this server. Who
    was narrowed to some of it stays so.

    *version* is the one that the admin has looked at: what was changed since is not allowed by it.
    Raises NotFound, Conflict, and Invalid for a tool that cannot be used.
    """
    async with context.db.transaction() as tx:
        await store.lock_servers(tx)
        known = await _found(tx, key)
        if await audit.is_recorded(tx, ALLOW, "done", act.reference):
            return known
        if known.version != version:
            raise Conflict("This server has changed since. Please look at it as it is now.")
        if not all((tool := known.find(name)) and not tool.unfit for name in uses):
            raise Invalid("One of these tools cannot be used.")
        server = replace(
            known,
            uses=dict(uses),
            agents=agents,
            narrowed={agent: tools for agent, tools in known.narrowed.items() if agent in agents},
            changed=frozenset(),
            version=version + 1,
        )
        given = "\n".join(sorted([*uses, "", *agents]))
        await _keep(context, tx, act, server, given, tools=len(uses), agents=len(agents))
    return server


async def narrow_agent(
    context: TenantContext,
    act: Act,
    *,
    key: str,
    version: int,
    agent: str,
    tools: Mapping[str, Rule] | None,
) -> ToolServer:
    """What one agent may use of the server, of what is allowed at all: these *tools*, with what
    happens when it wants them; None is all of it, and an empty mapping nothing.

    *version* is the one that the admin has looked at. Raises NotFound, Conflict, and Invalid for a
    tool that is not allowed, or not so freely.
    """
    async with context.db.transaction() as tx:
        await store.lock_servers(tx)
        known = await _found(tx, key)
        if await audit.is_recorded(tx, ALLOW, "done", act.reference):
            return known
        server = known.narrowed_for(agent, tools)
        if server == known:
            return known
        if known.version != version:
            raise Conflict("This server has changed since. Please look at it as it is now.")
        if problem := problem_with_narrowing(known, tools or {}):
            raise Invalid(problem)
        server = replace(server, version=version + 1)
        given = "all" if tools is None else "\n".join(f"{n} {r}" for n, r in sorted(tools.items()))
        count = len(server.uses if tools is None else tools)
        await _keep(context, tx, act, server, f"{agent}\n{given}", agent=agent, tools=count)
    return server


async def remove_server(context: TenantContext, act: Act, *, key: str) -> None:
    """Nothing of it can be used from now on, and its token is gone. Raises NotFound."""
    async with context.db.transaction() as tx:
        await store.lock_servers(tx)
        if await audit.is_recorded(tx, REMOVE, "done", act.reference):
            return
        known = await _found(tx, key)
        gone = ToolServer(key, known.url, is_removed=True, version=known.version + 1)
        await store.put_server(tx, gone, act.actor)
        await store.put_token(tx, context, key, None, act.actor)
        await audit.record(
            tx,
            REMOVE,
            act.actor,
            outcome="done",
            reference=act.reference,
            server=key,
            version=gone.version,
        )


async def _keep(
    context: TenantContext,
    tx: Tx,
    act: Act,
    server: ToolServer,
    given: str,
    **detail: str | int,
) -> None:
    await store.put_server(tx, server, act.actor)
    await audit.record(
        tx,
        ALLOW,
        act.actor,
        outcome="done",
        reference=act.reference,
        arguments=context.fingerprint(given),
        server=server.key,
        version=server.version,
        **detail,
    )


async def _found(tx: Tx, key: str) -> ToolServer:
    found = await store.find_server(tx, key)
    if found is None or found.is_removed:
        raise NotFound(NO_SERVER)
    return found


async def _free_version(tx: Tx, key: str, act: Act) -> int:
    known = await store.find_server(tx, key)
    if known is not None and not known.is_removed:
        raise Conflict(f"There is a server called {key} already. Remove it first.")
    if len(await store.list_servers(tx)) >= MOST_SERVERS:
        raise Conflict(f"There are {MOST_SERVERS} servers already, which is the most.")
    return (known.version if known else 0) + 1


def _changed(known: ToolServer, offered: tuple[OfferedTool, ...]) -> frozenset[str]:
    """The allowed tools that are not what was allowed, or are gone."""
    now = {tool.name: tool.digest for tool in offered}
    return frozenset(
        name
        for name in known.uses
        if (was := known.find(name)) is None or now.get(name) != was.digest
    )
