"""A model vendor on loopback that speaks OpenAI's wire format, with its quirks and its failures."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import httpx
from aiohttp import web
from aiohttp.test_utils import TestServer

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]
DONE = b"data: [DONE]\n\n"


def chunk(text: str | None = None, reason: str | None = None, **more: object) -> bytes:
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    body = {"object": "chat.completion.chunk", "choices": [choice], **more}
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


USAGE = {"prompt_tokens": 120, "completion_tokens": 7, "total_tokens": 127}
ROLE = b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'
WHOLE = [
    b": ping\n\n",
    ROLE,
    chunk("18 weeks"),
    chunk(""),
    chunk(" für alle 🚲 [1]"),
    chunk(None, "stop"),
    b'data: {"choices":[],"usage":' + json.dumps(USAGE).encode() + b"}\n\n",
    DONE,
]


def streamed(pieces: list[bytes], *, cut: bool = False) -> Reply:
    async def reply(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
        if cut:
            assert request.transport
            request.transport.abort()
        return response

    return reply


def hanging(pieces: list[bytes], gone: asyncio.Event) -> Reply:
    """Says *pieces*, then nothing more; *gone* is set when the caller has hung up."""

    async def reply(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
        try:
            await asyncio.Event().wait()
        finally:
            gone.set()
        return response

    return reply


def refused(status: int, **headers: str) -> Reply:
    async def reply(request: web.Request) -> web.StreamResponse:
        body = {"error": {"message": "the secret question was …", "code": status}}
        return web.json_response(body, status=status, headers=headers)

    return reply


class Vendor:
    """Replies as told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.reply: Reply = streamed(WHOLE)
        self.asked: list[tuple[dict[str, object], httpx.Headers]] = []
        app = web.Application()
        app.router.add_post("/openai/v1/chat/completions", self._take)
        self.server = TestServer(app, host="127.0.0.1", handler_cancellation=True)

    @property
    def base_url(self) -> str:
        return str(self.server.make_url("/openai/v1/"))

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((await request.json(), httpx.Headers(dict(request.headers))))
        return await self.reply(request)
