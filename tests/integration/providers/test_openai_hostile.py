"""Chat completions from a vendor that means ill, or is broken: a named failure, or an answer in bounds."""

import json

import pytest

from core.gateway.model import ToolCall, Usage
from core.gateway.providers.openai.adapter import OpenAICompatible
from core.kernel.secret import Secret
from tests.integration.gateway_vendor import DONE
from tests.integration.providers.completions import SEARCH, WHOLE, calls, delta, piece
from tests.integration.providers.vendor import answer_of, outcome_of


@pytest.fixture
def provider(vendor, client):
    return OpenAICompatible(client, Secret("gsk_planted"), f"{vendor.url}v1", "m-1")


HOSTILE = {
    "10,000 calls": [calls({"index": n, "id": f"c{n}", "function": WHOLE}) for n in range(10_000)],
    "10,000 calls in one delta": [calls(*({"index": n, "function": WHOLE} for n in range(10_000)))],
    "1 MB of arguments": [
        calls({"index": 0, "id": "c", "function": SEARCH}),
        *(calls(piece(0, "x" * 10_000)) for _ in range(100)),
    ],
    "a name without an end": [calls({"index": 0, "function": {"name": "n" * 300_000}})],
    "calls that are no list": [delta(tool_calls=7)],
    "a call that is no object": [calls("search")],
    "a function that is no object": [calls({"index": 0, "function": "search"})],
    "a name that is a number": [calls({"index": 0, "function": {"name": 7}})],
    "an index that is a list": [calls({"index": [0], "function": WHOLE})],
    "an index that is an object": [calls({"index": {}, "function": WHOLE})],
    "arguments that are a number": [calls(piece(0, 1.5))],
    "arguments nested too deep": [calls(piece(0, json.loads("[" * 300 + "]" * 300)))],
    "content parts that are texts": [delta(content=["18"])],
    "a delta that is a list": [{"choices": [{"delta": [1]}]}],
    "choices that are an object": [{"choices": {"delta": {}}}],
    "usage that is a text": [{"choices": [], "usage": "many"}],
    "usage without an end": [b'data: {"choices":[],"usage":{"prompt_tokens":1e400}}\n\n'],
    "half a character": [b'data: {"choices":[{"delta":{"content":"\\ud800"}}]}\n\n'],
}


@pytest.mark.parametrize("events", HOSTILE.values(), ids=HOSTILE.keys())
async def test_whatever_comes_ends_in_a_named_failure(vendor, provider, prompt, events):
    vendor.says(*events, delta("stop"), DONE)

    assert await outcome_of(provider, prompt) == "garbage"


async def test_usage_is_bounded(vendor, provider, prompt):
    usage = {"prompt_tokens": 10**18, "completion_tokens": -5}
    vendor.says(delta(content="x"), delta("stop"), {"choices": [], "usage": usage}, DONE)

    assert (await answer_of(provider, prompt))[1].usage == Usage(100_000_000, 0)


async def test_nothing_that_no_database_text_holds_is_in_a_call(vendor, provider, prompt):
    call = {"index": 0, "id": "a\0", "function": {"name": "n\0", "arguments": '{"a": "\0"}'}}
    vendor.says(calls(call), delta("tool_calls"), DONE)

    _, last = await answer_of(provider, prompt)

    assert last.calls == (ToolCall("call_1_1", "n", '{"a": ""}'),)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "planted", "type": "BadRequestError", "code": 400}, "refused"),
        ({"message": "planted", "code": 429}, "rate_limited"),
        ({"message": "planted", "type": "server_error", "code": None}, "server"),
        ({"message": "planted", "code": "tool_use_failed"}, "garbage"),
        ("planted: llama runner process no longer running", "server"),
        ([], "finished"),
    ],
)
async def test_an_error_in_mid_stream_has_a_kind(vendor, provider, prompt, error, kind):
    vendor.says({"error": error, "choices": []}, delta("stop", content="x"), DONE)

    assert await outcome_of(provider, prompt) == kind
