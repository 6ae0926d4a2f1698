"""Another server that speaks some of Slack: seven methods, a socket, and not one argument too many."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Json = dict[str, Any]

# What chat.postMessage and chat.update have taken for ten years.
KNOWN = frozenset(("channel", "text", "thread_ts", "ts", "blocks", "unfurl_links", "unfurl_media"))


class TinySlack:
    """One workspace, T1, in Socket Mode. Its users.info names no team, its events no channel type."""

    def __init__(self) -> None:
        self.url = ""
        self.messages: dict[str, Json] = {}
        self.responses: list[Json] = []
        self.connected = asyncio.Event()
        self._news = asyncio.Event()
        self._socket: web.WebSocketResponse | None = None
        self._numbers = itertools.count(1)

    def ts(self) -> str:
        return f"{int(time.time())}.{next(self._numbers):06d}"

    async def send(self, kind: str, payload: Json) -> None:
        """One envelope; what becomes of it is seen in `messages`."""
        assert self._socket is not None
        envelope = {"type": kind, "envelope_id": f"e{next(self._numbers)}", "payload": payload}
        await self._socket.send_json(envelope)

    async def say(self, channel: str, text: str, **more: str) -> str:
        """A person's message; returns the ts of its thread."""
        event = {"type": "message", "channel": channel, "user": "U1", "text": text, "ts": self.ts()}
        event |= more
        body = {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{event['ts']}"}
        await self.send("events_api", body | {"event": event})
        return event.get("thread_ts") or event["ts"]

    def said_in(self, thread: str) -> str:
        """All that the app has said in a thread."""
        return str([m for m in self.messages.values() if m.get("thread_ts") == thread])

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def serve(self, request: web.Request) -> web.Response:
        method, given = request.match_info["method"], await _arguments(request)
        answer = {
            "auth.test": {"ok": True, "team_id": "T1", "user_id": "UBOT"},
            "apps.connections.open": {"ok": True, "url": f"ws{self.url[4:]}/socket"},
            "conversations.members": {"ok": True, "members": ["U1", "U2", "UBOT"]},
            "users.info": {"ok": True, "user": {"id": given.get("user"), "name": "pat"}},
        }.get(method) or {"ok": False, "error": "unknown_method"}
        if method in ("chat.postMessage", "chat.update"):
            answer = self._write(given)
        return web.json_response(answer)

    def _write(self, given: Json) -> Json:
        if not set(given) <= KNOWN:
            return {"ok": False, "error": "invalid_arguments"}
        ts = given.get("ts") or self.ts()
        self.messages[ts] = self.messages.get(ts, {}) | given
        self._news.set()
        return {"ok": True, "channel": given["channel"], "ts": ts}

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello"})
        self._socket = socket
        self.connected.set()
        async for _ in socket:
            pass
        return socket

    async def respond(self, request: web.Request) -> web.Response:
        self.responses.append(await request.json())
        return web.Response()


async def _arguments(request: web.Request) -> Json:
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        return given | json.loads(await request.text())
    return given | {name: str(value) for name, value in (await request.post()).items()}


@asynccontextmanager
async def tiny_slack() -> AsyncIterator[TinySlack]:
    """Served on a free port of this machine."""
    slack = TinySlack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.serve)
    app.router.add_get("/socket", slack.connect)
    app.router.add_post("/respond", slack.respond)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield slack
    finally:
        await runner.cleanup()
