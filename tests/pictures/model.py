"""A model server on this machine that speaks OpenAI's chat completions and knows a few lines by heart.

Asked to save something, it calls the tool with the text it was given, and says so once that is done;
asked anything else, it says its line. So a picture can show what only a model with tools does.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

Json = dict[str, Any]

# A name with a row in the price table, so that what it uses costs something.
MODEL = "claude-sonnet-4-6"
USAGE = {"prompt_tokens": 4_000, "completion_tokens": 400}
NOTHING = "Good question. The documents do not say."
SAVE = "save_to_knowledge"


@dataclass(frozen=True)
class Lines:
    """What it says: to *answers* by a word of the question, before and after it saves *note*."""

    answers: Mapping[str, str]
    note: Mapping[str, str]
    before: str
    after: str


@asynccontextmanager
async def serve_model(lines: Lines) -> AsyncIterator[str]:
    """The server on a free port; its base URL."""

    async def chat(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        return await _stream(request, *_line(lines, body))

    app = web.Application(client_max_size=8_000_000)
    app.router.add_post("/v1/chat/completions", chat)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def _line(lines: Lines, body: Json) -> tuple[str, Json | None]:
    """The words, and the arguments of a call if there is to be one."""
    *_, last = body["messages"]
    if last["role"] == "tool":
        return lines.after, None
    asked = str(last["content"]).lower()
    question = asked.rpartition("question:")[2]
    offered = {tool["function"]["name"] for tool in body.get("tools", ())}
    if "save" in question and SAVE in offered:
        return lines.before, dict(lines.note)
    said = (answer for word, answer in lines.answers.items() if word in question)
    return next(said, NOTHING), None


async def _stream(request: web.Request, words: str, call: Json | None) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for word in words.splitlines(keepends=True):
        await response.write(_event({"content": word}))
    if call is not None:
        function = {"name": SAVE, "arguments": json.dumps(call)}
        one = {"index": 0, "id": "call_1", "type": "function", "function": function}
        await response.write(_event({"tool_calls": [one]}))
    await response.write(_event({}, "stop" if call is None else "tool_calls"))
    await response.write(_data({"choices": [], "usage": USAGE}) + b"data: [DONE]\n\n")
    return response


def _event(delta: Json, reason: str | None = None) -> bytes:
    return _data({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})


def _data(body: Json) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"
