"""One websocket to Slack, from its hello to its end. Knows nothing of what it carries.

Slack's own client (slack_sdk 3.47) is not used here: it tries a single-use address again for ever,
closes the old socket before it opens the new one, waits minutes for a server that says nothing, and
answers "too many sockets" by opening one more at once.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import orjson
from slack_sdk.web.async_client import AsyncWebClient

from core.kernel.secret import Secret

log = logging.getLogger(__name__)

# Address, handshake and hello together. With the heartbeat and the longest pause it stays below 10 s.
CONNECT_SECONDS = 4.0
# A ping after so much silence, and half of it again for the answer: then the other end is gone.
HEARTBEAT_SECONDS = 2.0
LARGEST_ENVELOPE = 4_000_000  # bytes

Json = dict[str, Any]
# Takes a link and an envelope; acknowledges it on that link when it is stored.
Receive = Callable[["SocketLink", Json], Awaitable[None]]


class SentAway(Exception):
    """Slack ends a connection, or it broke. `reason` in Slack's words: `refresh_requested`,
    `warning`, `too_many_websockets`, `link_disabled`; or `lost`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SocketLink:
    """An open websocket. `leaving` is set as soon as another one is needed."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, receive: Receive) -> None:
        self.leaving = asyncio.Event()
        self.reason = "lost"
        self._socket = socket
        self._receive = receive
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def is_open(self) -> bool:
        return not self._socket.closed and not self.leaving.is_set()

    async def listen(self) -> None:
        """Hand on what comes, until either end closes. An envelope is a task of its own."""
        try:
            async for message in self._socket:
                if message.type == aiohttp.WSMsgType.TEXT:
                    self._take(_read(message.data))
        finally:
            self.leaving.set()

    async def acknowledge(self, envelope_id: str, payload: Json | None) -> None:
        """On the socket it came by: another one does not know it. If it is gone, Slack sends the
        envelope again, and it is recognized."""
        answer = {"envelope_id": envelope_id} | ({} if payload is None else {"payload": payload})
        with contextlib.suppress(ConnectionError, RuntimeError):
            await self._socket.send_str(orjson.dumps(answer).decode())

    async def close(self, seconds: float) -> None:
        """Let what has come in be acknowledged, for so long at most, and close."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(1.0):
                await self._socket.close()

    def _take(self, message: Json) -> None:
        if message.get("type") == "disconnect":
            self.reason = str(message.get("reason"))
            self.leaving.set()
        elif isinstance(message.get("envelope_id"), str):
            task = asyncio.create_task(self._handle(message))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _handle(self, message: Json) -> None:
        await self._receive(self, message)


async def open_link(
    session: aiohttp.ClientSession, api: AsyncWebClient, app_token: Secret, receive: Receive
) -> SocketLink:
    """Ask for an address, connect, wait for the hello.

    Raises SentAway; TimeoutError, SlackApiError, aiohttp.ClientError when it does not work.
    """
    async with asyncio.timeout(CONNECT_SECONDS):
        opened = await api.apps_connections_open(app_token=app_token.reveal())
        socket = await session.ws_connect(
            str(opened["url"]), heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST_ENVELOPE
        )
        try:
            hello = _read(await socket.receive_str())
        except TypeError as error:
            raise aiohttp.ClientError("closed before the hello") from error
        except BaseException:
            await socket.close()
            raise
    if hello.get("type") == "disconnect":
        await socket.close()
        raise SentAway(str(hello.get("reason")))
    return SocketLink(socket, receive)


def _read(text: str) -> Json:
    """An object, empty for what is none: the type decides what happens with it."""
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        log.warning("a message on the socket that is not JSON was dropped")
        return {}
    return message if isinstance(message, dict) else {}
