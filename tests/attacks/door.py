"""The product's door as an attacker meets it: HTTP on loopback, with and without the secret."""

import asyncio
import hashlib
import hmac
import itertools
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from tests.stage import Stage

NUMBERS = itertools.count(1)


@dataclass
class Door:
    """A served product, and what is needed to knock."""

    stage: Stage
    http: aiohttp.ClientSession
    address: str
    company: str = "northwind"

    @property
    def workspace(self) -> dict[str, Any]:
        known = self.stage.sandbox.credentials["workspaces"]
        return next(found for found in known if found["name"] == self.company)

    @property
    def direct(self) -> str:
        """The id of Ana's direct message with the app."""
        channels = self.stage.sandbox.world.workspaces[self.workspace["id"]].channels.values()
        ana = self.stage.person_id("ana")
        return next(c.id for c in channels if c.kind == "im" and ana in c.members)

    def said(
        self,
        text: str = "hello",
        event_id: str | None = None,
        inner: dict[str, Any] | None = None,
        **more: Any,
    ) -> bytes:
        """The envelope of a direct message of Ana's, with *inner* and *more* changed in it."""
        event = {
            "type": "message",
            "channel": self.direct,
            "channel_type": "im",
            "user": self.stage.person_id("ana"),
            "ts": f"1700000000.{next(NUMBERS):06d}",
            "text": text,
        }
        envelope = {
            "type": "event_callback",
            "api_app_id": self.stage.sandbox.world.app.id,
            "team_id": self.workspace["id"],
            "event_id": event_id or new_event_id(),
            "event": event | (inner or {}),
        }
        return json.dumps(envelope | more).encode()

    def signed(self, body: bytes, *, age: int = 0, secret: str | None = None) -> dict[str, str]:
        """Headers over *body*; *age* in seconds, below zero for the future."""
        stamp = str(int(time.time()) - age)
        key = (secret or self.stage.sandbox.credentials["signing_secret"]).encode()
        digest = hmac.new(key, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
        return {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": "v0=" + digest.hexdigest(),
            "Content-Type": "application/json",
        }

    async def knock(
        self, body: Any, headers: dict[str, str] | None = None, path: str = "events"
    ) -> tuple[int, str]:
        """(status, what was answered)."""
        url = f"{self.address}/slack/{path}"
        async with self.http.post(url, data=body, headers=headers or {}) as answer:
            return answer.status, await answer.text()

    async def stored(self, event_id: str, company: str | None = None) -> list[str]:
        """The states of the rows of an event in a tenant's inbox."""
        tenant = self.stage.tenants[company or self.company]
        async with tenant.db.transaction() as tx:
            rows = await tx.fetch("select state from inbox_event where event_id = $1", event_id)
        return [row["state"] for row in rows]

    async def until_done(self, event_id: str) -> list[str]:
        """Wait until a worker has finished an event; its row's state."""
        async with asyncio.timeout(30):
            while True:
                states = await self.stored(event_id)
                if states and "waiting" not in states:
                    return states
                await asyncio.sleep(0.02)

    async def answers(self) -> list[str]:
        """What the app has said to Ana in their direct message."""
        query = f"/sandbox/messages?workspace={self.company}&person=ana&channel=dm"
        async with self.http.get(self.stage.sandbox.url + query) as answer:
            said = (await answer.json())["messages"]
        return [message["text"] for message in said if message.get("bot_id")]

    async def overheard(self, text: str) -> tuple[bytes, dict[str, str]]:
        """Ana says *text*; the request Slack makes of it, which did not get through: byte by byte
        and header by header what somebody on the way could repeat."""
        taken: asyncio.Queue[tuple[bytes, dict[str, str]]] = asyncio.Queue()

        async def take(request: web.Request) -> web.Response:
            kept = ("X-Slack-Request-Timestamp", "X-Slack-Signature", "Content-Type")
            taken.put_nowait((await request.read(), {key: request.headers[key] for key in kept}))
            return web.Response()

        app, usual = self.stage.sandbox.world.app, self.stage.sandbox.world.app.request_url
        async with loopback(take) as url:
            app.request_url = url
            say = {"workspace": self.company, "person": "ana", "in": "dm", "text": text}
            async with self.http.post(f"{self.stage.sandbox.url}/sandbox/say", json=say) as answer:
                assert answer.status == 200, await answer.text()
            found = await asyncio.wait_for(taken.get(), 10)
        app.request_url = usual
        return found

    async def raw(self, head: str, body: bytes, pause: float = 0.0) -> bytes:
        """The first line of the answer to bytes that no client library would send; with a *pause*
        (seconds) after each byte of the body."""
        host, port = self.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"POST /slack/events HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
        pieces = [body] if not pause else [body[n : n + 1] for n in range(len(body))]
        answer = asyncio.create_task(reader.readline())
        for piece in pieces:
            writer.write(piece)
            await asyncio.wait({answer}, timeout=pause)
            if answer.done():
                break
        try:
            return await asyncio.wait_for(answer, 30)
        finally:
            writer.close()


@asynccontextmanager
async def loopback(take: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    """A server that is neither Slack nor us, for whatever is sent to it; its address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def new_event_id() -> str:
    return "Ev" + os.urandom(5).hex().upper()
