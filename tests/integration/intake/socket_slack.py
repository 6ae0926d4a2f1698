"""Slack's side of Socket Mode, as badly as it can behave: for one connection or many."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web
from slack_sdk.web.async_client import AsyncWebClient

from bot.intake.accept import Intake
from bot.intake.socket_mode import SocketModeIntake
from core.kernel.secret import Secret


class SocketSlack:
    """Answers `apps.connections.open` and keeps the sockets that come of it.

    `swallow` makes it dead on the line: nothing is read, answered or sent. `refuse` is Slack's
    reason for sending a client away before the hello.
    """

    def __init__(self) -> None:
        self.url = ""
        self.sockets: list[web.WebSocketResponse] = []
        self.connected_at: list[float] = []
        self.asked_at: list[float] = []
        self.acknowledged: list[str] = []
        self.answers: dict[str, Any] = {}
        self.swallow = False
        self.refuse: str | None = None
        self.deaf = False  # acknowledgements are lost
        self.turn_away: list[int] = []  # the next handshakes, with these statuses
        self.instead: list[web.Response] = []  # of the next addresses
        self._tickets: set[str] = set()
        self._dead: set[web.WebSocketResponse] = set()

    async def open(self, request: web.Request) -> web.Response:
        """An address for one use, as Slack's is."""
        self.asked_at.append(asyncio.get_running_loop().time())
        if self.instead:
            return self.instead.pop(0)
        ticket = str(len(self.asked_at))
        self._tickets.add(ticket)
        address = self.url.replace("http", "ws", 1)
        return web.json_response({"ok": True, "url": f"{address}/link?ticket={ticket}"})

    async def link(self, request: web.Request) -> web.StreamResponse:
        if self.swallow:
            await asyncio.sleep(3600)
        if self.turn_away:
            return web.Response(status=self.turn_away.pop(0))
        ticket = request.query["ticket"]
        if ticket not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if self.refuse:
            await socket.send_json({"type": "disconnect", "reason": self.refuse})
            await socket.close()
            return socket
        await socket.send_json({"type": "hello"})
        self.sockets.append(socket)
        self.connected_at.append(asyncio.get_running_loop().time())
        try:
            await self._listen(socket)
        finally:
            self.sockets.remove(socket)
        return socket

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if self.swallow or socket in self._dead:
                self._dead.add(socket)  # for good: a line that is gone does not come back
            elif message.type == WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type == WSMsgType.TEXT and not self.deaf:
                said = json.loads(message.data)
                self.acknowledged.append(said["envelope_id"])
                self.answers[said["envelope_id"]] = said.get("payload")

    async def send(self, envelope_id: str, payload: Any, kind: str = "events_api") -> None:
        """To the newest socket."""
        envelope = {"type": kind, "envelope_id": envelope_id, "payload": payload}
        await self.sockets[-1].send_json(envelope)

    async def until_acknowledged(self, envelope_id: str, times: int = 1) -> None:
        async with asyncio.timeout(10):
            while True:
                if self.acknowledged.count(envelope_id) >= times:
                    return
                await asyncio.sleep(0.01)

    async def until_asked(self, count: int) -> float:
        """When an address was asked for the *count*-th time."""
        async with asyncio.timeout(20):
            while True:
                if len(self.asked_at) >= count:
                    return self.asked_at[count - 1]
                await asyncio.sleep(0.01)

    async def until_connected(self, count: int) -> float:
        """When the *count*-th connection was made."""
        async with asyncio.timeout(20):
            while True:
                if len(self.connected_at) >= count:
                    return self.connected_at[count - 1]
                await asyncio.sleep(0.01)


@asynccontextmanager
async def open_socket_slack() -> AsyncIterator[SocketSlack]:
    slack = SocketSlack()
    app = web.Application()
    app.router.add_route("*", "/api/apps.connections.open", slack.open)
    app.router.add_get("/link", slack.link)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield slack
    await runner.cleanup()


@asynccontextmanager
async def connected(
    slack: SocketSlack, intake: Intake, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[SocketModeIntake]:
    """A client that stays connected to *slack*."""
    api = AsyncWebClient(base_url=f"{slack.url}/api/")
    api.proxy = None  # as in SlackClients.api
    client = SocketModeIntake(intake, Secret("xapp-1"), api, clock)
    staying = asyncio.create_task(client.open())
    try:
        yield client
    finally:
        staying.cancel()
        await asyncio.gather(staying, return_exceptions=True)
