"""Socket Mode: the app connects to us, and what happens is sent down the socket."""

import asyncio
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.sandbox.delivery.parcel import ANSWER_S, Answer, Json, Parcel
from bot.sandbox.model.world import World

_MAX_SOCKETS = 10
_TICKET_S = 30.0
_PING_S = 15.0
_TYPES = {"events": "events_api", "commands": "slash_commands", "interactivity": "interactive"}


@dataclass(eq=False)
class Connection:
    """One open socket and the envelopes it has not acknowledged."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    heard: float = field(default_factory=time.monotonic)
    # Nothing comes or goes any more, and neither side was told.
    half_open: bool = False
    waiting: dict[str, "asyncio.Future[Answer]"] = field(default_factory=dict)


class SocketMode:
    """Hands out single-use addresses, and delivers over whatever is connected."""

    def __init__(self, world: World, answer_s: float = ANSWER_S) -> None:
        self._app = world.app
        self._world = world
        self._answer_s = answer_s
        self._tickets: dict[str, float] = {}
        self._connections: list[Connection] = []
        self._turn = 0

    @property
    def reachable(self) -> bool:
        """Whether at least one socket is open."""
        return bool(self._connections)

    @property
    def connections(self) -> int:
        """How many sockets are open."""
        return len(self._connections)

    @property
    def sound(self) -> int:
        """How many of them are not half-open."""
        return sum(not one.half_open for one in self._connections)

    def issue(self, base_url: str) -> str:
        """An address good for one connection, for half a minute."""
        now = time.monotonic()
        self._tickets = {t: until for t, until in self._tickets.items() if until > now}
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = now + _TICKET_S
        host = base_url.partition("://")[2]
        return f"ws://{host}/link/?ticket={ticket}&app_id={self._app.id}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """`/link/`: keep the socket until either side closes it."""
        if self._tickets.pop(request.query.get("ticket", ""), 0.0) < time.monotonic():
            return web.Response(status=404, text="This address was used or has expired.")
        # Pings and the closing are answered by hand: a half-open socket answers nothing.
        socket = web.WebSocketResponse(autoping=False, autoclose=False)
        await socket.prepare(request)
        if self._world.faults.too_many_websockets or len(self._connections) >= _MAX_SOCKETS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        connection = Connection(socket, request.transport)
        self._connections.append(connection)
        pinging = asyncio.create_task(_ping(connection))
        try:
            await socket.send_json(self._hello())
            await self._listen(connection)
            if connection.half_open:
                await asyncio.Event().wait()
            await socket.close()
        finally:
            pinging.cancel()
            self._drop(connection)
        return socket

    async def deliver(self, parcel: Parcel) -> Answer:
        """Send one envelope and wait for its acknowledgement."""
        if not self._connections:
            return Answer(reason="connection_failed")
        self._turn += 1
        connection = self._connections[self._turn % len(self._connections)]
        envelope_id = str(uuid.uuid4())
        waiting = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = waiting
        try:
            async with asyncio.timeout(self._answer_s):
                if not connection.half_open:
                    await connection.socket.send_json(_envelope(envelope_id, parcel))
                answer: Answer = await waiting
                return answer
        except TimeoutError:
            return Answer(reason="http_timeout")
        except ConnectionError:
            return Answer(reason="connection_failed")
        finally:
            connection.waiting.pop(envelope_id, None)

    def cut_silently(self) -> None:
        """The sockets open now swallow everything from here on, and nobody is told."""
        for connection in self._connections:
            connection.half_open = True

    async def refresh(self) -> None:
        """Ask every client to reconnect, as Slack does now and then, and close its socket."""
        message = {"type": "disconnect", "reason": "refresh_requested", "debug_info": {}}
        for connection in [one for one in self._connections if not one.half_open]:
            await connection.socket.send_json(message)
            await connection.socket.close()

    async def close(self) -> None:
        """Close every socket."""
        for connection in list(self._connections):
            if connection.half_open and connection.transport is not None:
                connection.transport.abort()
            else:
                await connection.socket.close()

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if connection.half_open:
                continue
            connection.heard = time.monotonic()
            if message.type == WSMsgType.PING:
                await connection.socket.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                self._acknowledged(connection, message.data)

    def _acknowledged(self, connection: Connection, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            return
        if not isinstance(said, dict):
            return
        waiting = connection.waiting.get(str(said.get("envelope_id")))
        if waiting is None or waiting.done():
            return
        if self._world.dice.happens(self._world.faults.drop_acks, "drop_acks"):
            return
        payload = said.get("payload")
        waiting.set_result(Answer(body=payload if isinstance(payload, dict) else None))

    def _drop(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
        for waiting in connection.waiting.values():
            if not waiting.done():
                waiting.set_result(Answer(reason="connection_failed"))

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {
                "host": "aegis-sandbox",
                "build_number": 1,
                "approximate_connection_time": 3600,
            },
            "connection_info": {"app_id": self._app.id},
        }


async def _ping(connection: Connection) -> None:
    """Slack pings too; a client that is silent all the same is let go."""
    while not connection.half_open:
        await asyncio.sleep(_PING_S)
        if time.monotonic() - connection.heard > 2 * _PING_S:
            await connection.socket.close()
            return
        if not connection.half_open:
            await connection.socket.ping()


def _envelope(envelope_id: str, parcel: Parcel) -> Json:
    return {
        "envelope_id": envelope_id,
        "type": _TYPES[parcel.kind],
        "payload": parcel.payload,
        "accepts_response_payload": parcel.kind != "events",
        "retry_attempt": parcel.attempt,
        "retry_reason": parcel.reason or "",
    }
