"""Three models with one script: each hears and speaks its vendor's wire format, and nothing else.

`stubllm` has no words for calls in a stream: it sends no reason to stop after them, and to Anthropic no
arguments. These do, and are as strict as the vendors about what they are sent.
"""

import json
import re
from dataclasses import dataclass

import httpx
from aiohttp import web

from core.gateway.model import ToolCall
from core.gateway.ports import Provider
from core.gateway.providers.anthropic.adapter import Anthropic
from core.gateway.providers.gemini.adapter import Gemini
from core.gateway.providers.offline.offline import Offline
from core.gateway.providers.openai.adapter import OpenAICompatible
from core.kernel.secret import Secret
from tests.integration.gateway_vendor import DONE, Reply, streamed
from tests.integration.providers.vendor import sent

VENDORS = ["openai", "anthropic", "gemini"]
ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
NOT_ITS_OWN = "skip_thought_signature_validator"


@dataclass(frozen=True)
class Line:
    """What the model says next; a call's id is what the vendor would give it."""

    text: str
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True)
class Heard:
    """A round as the vendor was told of it: words, (name, arguments), results in their order."""

    text: str
    calls: tuple[tuple[str, dict], ...]
    results: tuple[str, ...]


def provider_at(vendor: str, client: httpx.AsyncClient, url: str) -> Provider:
    """The address by the vendor's custom: with `/v1`, without it, with `/v1beta`."""
    key = Secret("planted")
    return {
        "openai": OpenAICompatible(client, key, f"{url}/v1", "m-1", "openai"),
        "anthropic": Anthropic(client, key, url, "m-1"),
        "gemini": Gemini(client, key, f"{url}/v1beta", "m-1"),
        "offline": Offline(),
    }[vendor]


def spoken_by(vendor: str, line: Line) -> list[bytes]:
    """The events of *line* as they go over the wire."""
    return [sent(event) for event in SPEAKERS[vendor][1](line)]


def speaker(vendor: str, line: Line, heard: list[list[Heard]]) -> Reply:
    """A reply that checks the request, notes what was said in it, and speaks *line*."""
    hears = SPEAKERS[vendor][0]

    async def reply(request: web.Request) -> web.StreamResponse:
        heard.append(hears(await request.json()))
        return await streamed(spoken_by(vendor, line))(request)

    return reply


def halves(text: str) -> list[str]:
    return [text[: len(text) // 2], text[len(text) // 2 :]]


def openai_hears(body: dict) -> list[Heard]:
    system, user, *rest = body["messages"]
    assert (system["role"], user["role"]) == ("system", "user")
    assert all(tool["type"] == "function" for tool in body["tools"])
    heard = []
    while rest:
        said = rest.pop(0)
        calls = said["tool_calls"]
        results = [rest.pop(0) for _ in calls]
        assert [result["tool_call_id"] for result in results] == [call["id"] for call in calls]
        assert all(ID.fullmatch(call["id"]) for call in calls)
        named = [call["function"] for call in calls]
        heard.append(
            Heard(
                said["content"] or "",
                tuple((named_as(call["name"]), json.loads(call["arguments"])) for call in named),
                tuple(result["content"] for result in results),
            )
        )
    return heard


def openai_speaks(line: Line) -> list[dict | bytes]:
    def chunk(reason=None, **delta):
        return {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}

    events = [chunk(role="assistant"), *(chunk(content=half) for half in halves(line.text))]
    for index, call in enumerate(line.calls):
        named = {"name": call.name, "arguments": ""}
        opened = {"index": index, "id": call.call_id, "type": "function", "function": named}
        events.append(chunk(tool_calls=[opened]))
        pieces = [{"index": index, "function": {"arguments": h}} for h in halves(call.arguments)]
        events += [chunk(tool_calls=[piece]) for piece in pieces]
    usage = {"choices": [], "usage": {"prompt_tokens": 120, "completion_tokens": 7}}
    return [*events, chunk("tool_calls" if line.calls else "stop"), usage, DONE]


def anthropic_hears(body: dict) -> list[Heard]:
    roles = [message["role"] for message in body["messages"]]
    assert roles == [("user", "assistant")[place % 2] for place in range(len(roles))]
    assert roles[-1] == "user"
    assert body["system"]
    assert body["tools"]
    heard = []
    for said, answered in zip(body["messages"][1::2], body["messages"][2::2], strict=True):
        texts = [block["text"] for block in said["content"] if block["type"] == "text"]
        uses = [block for block in said["content"] if block["type"] == "tool_use"]
        results = answered["content"]
        assert all(text.strip() for text in texts)
        assert [result["tool_use_id"] for result in results] == [use["id"] for use in uses]
        assert all(ID.fullmatch(use["id"]) for use in uses)
        heard.append(
            Heard(
                "".join(texts),
                tuple((named_as(use["name"]), use["input"]) for use in uses),
                tuple(result["content"] for result in results),
            )
        )
    return heard


def anthropic_speaks(line: Line) -> list[dict]:
    def grown(index, **delta):
        return {"type": "content_block_delta", "index": index, "delta": delta}

    read = {"input_tokens": 20, "cache_read_input_tokens": 100, "output_tokens": 1}
    text = {"type": "text", "text": ""}
    events: list[dict] = [{"type": "message_start", "message": {"usage": read}}]
    events += [{"type": "content_block_start", "index": 0, "content_block": text}]
    events += [{"type": "ping"}]
    events += [grown(0, type="text_delta", text=half) for half in halves(line.text)]
    events += [{"type": "content_block_stop", "index": 0}]
    for index, call in enumerate(line.calls, 1):
        use = {"type": "tool_use", "id": call.call_id, "name": call.name, "input": {}}
        events += [{"type": "content_block_start", "index": index, "content_block": use}]
        events += [
            grown(index, type="input_json_delta", partial_json=half)
            for half in halves(call.arguments)
        ]
        events += [{"type": "content_block_stop", "index": index}]
    reason = "tool_use" if line.calls else "end_turn"
    ends = {"type": "message_delta", "delta": {"stop_reason": reason}}
    return [*events, ends | {"usage": {"output_tokens": 7}}, {"type": "message_stop"}]


def gemini_hears(body: dict) -> list[Heard]:
    user, *rest = body["contents"]
    assert user["role"] == "user"
    assert body["systemInstruction"]["parts"]
    assert "additionalProperties" not in json.dumps(body["tools"])
    heard = []
    for said, answered in zip(rest[::2], rest[1::2], strict=True):
        assert (said["role"], answered["role"]) == ("model", "user")
        parts = [part for part in said["parts"] if "functionCall" in part]
        calls = [part["functionCall"] for part in parts]
        results = [part["functionResponse"] for part in answered["parts"]]
        assert [result["id"] for result in results] == [call["id"] for call in calls]
        # Gemini 3 refuses a round whose first call has no signature, or one that it never gave.
        assert parts[0]["thoughtSignature"] in (signature_of(calls[0]["name"]), NOT_ITS_OWN)
        heard.append(
            Heard(
                "".join(part.get("text", "") for part in said["parts"]),
                tuple((named_as(call["name"]), call["args"]) for call in calls),
                tuple("".join(result["response"].values()) for result in results),
            )
        )
    return heard


def gemini_speaks(line: Line) -> list[dict]:
    def chunk(*parts, **more):
        return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, **more}]}

    events = [chunk({"text": "Hm.", "thought": True})]
    events += [chunk({"text": half}) for half in halves(line.text)]
    parts: list[dict] = []
    for call in line.calls:
        named = {"id": call.call_id, "name": call.name, "args": json.loads(call.arguments)}
        parts.append({"functionCall": named})
    if parts:
        parts[0]["thoughtSignature"] = signature_of(line.calls[0].name)
    usage = {"promptTokenCount": 120, "candidatesTokenCount": 5, "thoughtsTokenCount": 2}
    return [*events, chunk(*parts, finishReason="STOP") | {"usageMetadata": usage}]


def signature_of(name: str) -> str:
    return f"EsMB{name}=="


def named_as(name: str) -> str:
    assert NAME.fullmatch(name)
    return name


SPEAKERS = {
    "openai": (openai_hears, openai_speaks),
    "anthropic": (anthropic_hears, anthropic_speaks),
    "gemini": (gemini_hears, gemini_speaks),
}
