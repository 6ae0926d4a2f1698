"""A model vendor in a process of its own: `python -m tests.faults.cluster.provider PORT`.

It speaks OpenAI's chat completions and says back what it was shown: the token of the question it
was asked, and every code word that stands in the documents it was given. So an answer tells by
itself to which question and to which workspace it belongs.
"""

import asyncio
import json
import re
import sys
from dataclasses import dataclass

from aiohttp import web

TOKEN = re.compile(r"\bTOK[0-9a-f]{10}\b")
CANARY = re.compile(r"\bCAN[0-9a-f]{10}\b")
PIECES = 4
_QUESTION = "Question:\n"
NO_WORD = "The documents say no word."


@dataclass(slots=True)
class Ill:
    """What the next answers are instead: for so many *times*, a refusal with *status*, or a stream
    that ends or turns to garbage after so many *pieces*."""

    times: int = 0
    status: int = 200
    retry_after: int = 0
    pieces: int = 0
    garbage: bool = False


class Vendor:
    """*seconds* is how long each answer takes; it can be set while answers are under way."""

    def __init__(self) -> None:
        self.seconds = 0.3
        self.asked = 0
        self.ill = Ill()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked += 1
        ill = self.ill if self.ill.times > 0 else None
        if ill is not None:
            ill.times -= 1
            if ill.status != 200:
                headers = {"retry-after": str(ill.retry_after)} if ill.retry_after else {}
                return web.Response(status=ill.status, headers=headers)
        shown = str(body["messages"][-1]["content"])
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for piece in pieces(echo(shown))[: ill.pieces if ill else PIECES]:
            await response.write(_event({"content": piece}))
            await asyncio.sleep(self.seconds / PIECES)
        if ill is not None:
            return await _broken_off(request, response, garbage=ill.garbage)
        await response.write(_event({}, "stop") + b"data: [DONE]\n\n")
        return response

    async def fall_ill(self, request: web.Request) -> web.Response:
        left = self.ill.times
        self.ill = Ill(**await request.json())
        return web.json_response({"left": left})

    async def set(self, request: web.Request) -> web.Response:
        self.seconds = float((await request.json())["seconds"])
        return web.json_response({"asked": self.asked})

    def app(self) -> web.Application:
        app = web.Application(client_max_size=8_000_000)
        app.router.add_post("/v1/chat/completions", self.answer)
        app.router.add_put("/pace", self.set)
        app.router.add_put("/ill", self.fall_ill)
        app.router.add_get("/health/live", lambda request: _alive())
        return app


async def _broken_off(
    request: web.Request, response: web.StreamResponse, *, garbage: bool
) -> web.StreamResponse:
    if garbage:
        await response.write(b'data: {"half": \n\n')
    elif request.transport is not None:
        request.transport.abort()
    return response


async def _alive() -> web.Response:
    return web.json_response({"ok": True})


def echo(shown: str) -> str:
    """The answer to a prompt: the question's own token and the documents' words, nothing else."""
    passages, _, question = shown.rpartition(_QUESTION)
    tokens = " ".join(TOKEN.findall(question)) or "no token"
    words = " ".join(sorted(set(CANARY.findall(passages))))
    return f"To {tokens}. The documents say {words} [1]." if words else f"To {tokens}. {NO_WORD}"


def pieces(text: str) -> list[str]:
    size = -(-len(text) // PIECES)
    return [text[start : start + size] for start in range(0, len(text), size)]


def _event(delta: dict[str, str], reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


if __name__ == "__main__":
    web.run_app(
        Vendor().app(), host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None
    )
