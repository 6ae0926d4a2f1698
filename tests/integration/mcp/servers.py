"""MCP servers on loopback: an honest one made with the SDK's own server side, and one that speaks the
wire format by hand, with whatever a hostile one may do."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from ssl import SSLContext
from typing import Any

import uvicorn
from aiohttp import web
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings

from core.connections.mcp.tools import ToolServers
from core.connections.network import Network

NEAR = (ip_network("127.0.0.0/8"),)
SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
Reply = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


def leading_to(*addresses: str, allowed: Any = NEAR) -> Network:
    """A network in which every name leads to these addresses."""

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return addresses

    return Network(allowed, resolve)


def near(verify: SSLContext | None = None) -> ToolServers:
    """Servers of this machine, which an operator has allowed."""
    return ToolServers(leading_to("127.0.0.1"), verify)


@asynccontextmanager
async def honest_server(server: MCPServer) -> AsyncIterator[str]:
    """The SDK's server over streamable HTTP; yields its address."""
    app = server.streamable_http_app(
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False)
    )
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", ws="none", lifespan="on")
    serving = uvicorn.Server(config)
    task = asyncio.create_task(serving.serve([listening]))
    try:
        yield f"http://mcp.test:{listening.getsockname()[1]}/mcp"
    finally:
        serving.should_exit = True
        await task
        listening.close()


class WireServer:
    """Speaks MCP by hand. *tools* are what it lists; *replies* answer a method in place of it."""

    def __init__(self, *tools: dict[str, Any], **replies: Reply) -> None:
        self.tools = list(tools)
        self.replies = replies
        self.requests: list[web.Request] = []
        self.called: list[dict[str, Any]] = []
        self.url = ""

    @asynccontextmanager
    async def serving(self, ssl_context: SSLContext | None = None) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_route("*", "/mcp", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)  # some replies never end
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=ssl_context).start()
        scheme = "https" if ssl_context else "http"
        self.url = f"{scheme}://mcp.test:{runner.addresses[0][1]}/mcp"
        try:
            yield self.url
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        if request.method in self.replies:
            return await self.replies[request.method](request, {})
        if request.method != "POST":
            return web.Response(status=405)
        asked = await request.json()
        method = str(asked.get("method")).rpartition("/")[2]
        if method in self.replies:
            return await self.replies[method](request, asked)
        if "id" not in asked:
            return web.Response(status=202)
        if method == "initialize":
            info = {"name": "wire", "version": "1"}
            version = asked["params"]["protocolVersion"]
            found = {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info}
        elif method == "list":
            found = {"tools": self.tools}
        elif method == "call":
            self.called.append(asked["params"])
            found = {"content": [{"type": "text", "text": "done by the server"}]}
        else:
            error = {"code": -32601, "message": "no such method"}
            return web.json_response({"jsonrpc": "2.0", "id": asked["id"], "error": error})
        return result(asked, found)


def tool(name: str = "echo", description: str = "Echoes.", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": description, "inputSchema": SCHEMA, **more}


def result(asked: dict[str, Any], found: dict[str, Any]) -> web.Response:
    return web.json_response({"jsonrpc": "2.0", "id": asked["id"], "result": found})


def says(text: str, *, is_error: bool = False) -> Reply:
    """The answer to a call."""

    async def reply(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        return result(asked, {"content": [{"type": "text", "text": text}], "isError": is_error})

    return reply


def sends_on(location: str, status: int = 307) -> Reply:
    async def reply(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": location})

    return reply


def never() -> Reply:
    async def reply(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    return reply


def without_end(piece: str) -> Reply:
    """One event after another, each of *piece*, for as long as somebody listens."""

    async def reply(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        note = {"jsonrpc": "2.0", "method": "notifications/message"}
        note["params"] = {"level": "info", "data": piece}  # type: ignore[assignment]
        line = f"event: message\ndata: {json.dumps(note)}\n\n".encode()
        while True:
            await response.write(line)

    return reply
