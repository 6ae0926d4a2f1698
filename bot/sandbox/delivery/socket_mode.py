"""Socket Mode: the app connects to us, and what happens is sent down the socket."""

import asyncio
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.sandbox.delivery.parcel import ANSWER_S, Answer, Json, Parcel
from bot.sandbox.model.people import App

_MAX_SOCKETS = 10
_TICKET_S = 30.0
_TYPES = {"events": "events_api", "commands": "slash_commands", "interactivity": "interactive"}


@dataclass(eq=False)
class Connection:
    """One open socket and the envelopes it has not acknowledged."""

    socket: web.WebSocketResponse
    waiting: dict[str, "asyncio.Future[Answer]"] = field(default_factory=dict)


class SocketMode:
    """Hands out single-use addresses, and delivers over whatever is connected."""

    def __init__(self, app: App, answer_s: float = ANSWER_S) -> None:
        self._app = app
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
        # Slack pings too; without it a client's own heartbeat is all there is.
        socket = web.WebSocketResponse(heartbeat=20.0)
        await socket.prepare(request)
        if len(self._connections) >= _MAX_SOCKETS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        connection = Connection(socket)
        self._connections.append(connection)
        try:
            await socket.send_json(self._hello())
            await _listen(connection)
        finally:
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
                await connection.socket.send_json(_envelope(envelope_id, parcel))
                answer: Answer = await waiting
                return answer
        except TimeoutError:
            return Answer(reason="http_timeout")
        except ConnectionError:
            return Answer(reason="connection_failed")
        finally:
            connection.waiting.pop(envelope_id, None)

    async def refresh(self) -> None:
        """Ask every client to reconnect, as Slack does now and then, and close its socket."""
        message = {"type": "disconnect", "reason": "refresh_requested", "debug_info": {}}
        for connection in list(self._connections):
            await connection.socket.send_json(message)
            await connection.socket.close()

    async def close(self) -> None:
        """Close every socket."""
        for connection in list(self._connections):
            await connection.socket.close()

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


async def _listen(connection: Connection) -> None:
    async for message in connection.socket:
        if message.type != WSMsgType.TEXT:
            continue
        try:
            said = json.loads(message.data)
        except ValueError:
            continue
        if not isinstance(said, dict):
            continue
        waiting = connection.waiting.get(str(said.get("envelope_id")))
        if waiting is not None and not waiting.done():
            payload = said.get("payload")
            waiting.set_result(Answer(body=payload if isinstance(payload, dict) else None))


def _envelope(envelope_id: str, parcel: Parcel) -> Json:
    return {
        "envelope_id": envelope_id,
        "type": _TYPES[parcel.kind],
        "payload": parcel.payload,
        "accepts_response_payload": parcel.kind != "events",
        "retry_attempt": parcel.attempt,
        "retry_reason": parcel.reason or "",
    }
