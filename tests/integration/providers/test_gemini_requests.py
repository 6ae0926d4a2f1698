"""What Gemini is sent: headers, steps, tools and forms of answers in its own words."""

import json

import pytest
from aiohttp import web

from core.gateway.model import Step, ToolCall, ToolResult, ToolSpec
from core.gateway.ports import ProviderError
from core.gateway.providers.gemini.adapter import Gemini
from core.kernel.secret import Secret
from tests.integration.providers.vendor import answer_of

CALLS = (
    ToolCall("k1", "search_knowledge", '{"query": "leave"}'),
    ToolCall("k2", "current_time", "[1]"),
)
RESULTS = (
    ToolResult("k1", "search_knowledge", "18 weeks"),
    ToolResult("k2", "current_time", "no clock here", is_error=True),
)


@pytest.fixture
def provider(vendor, client):
    return Gemini(client, Secret("AIza-planted"), f"{vendor.url}v1beta/", "models/gemini-1")


@pytest.fixture
def ask(vendor, provider, asking):
    async def ask(**turn):
        vendor.says({"candidates": [{"content": {"parts": []}, "finishReason": "STOP"}]})
        await answer_of(provider, asking(**turn))
        return vendor.asked[-1]

    return ask


async def test_the_key_goes_into_its_header_and_nowhere_else(ask, provider, caplog):
    with caplog.at_level("DEBUG"):
        asked = await ask()

    assert asked.url == "/v1beta/models/gemini-1:streamGenerateContent?alt=sse"
    assert asked.headers["x-goog-api-key"] == "AIza-planted"
    assert "AIza-planted" not in f"{asked.url} {asked.body} {provider!r} {caplog.text}"


async def test_a_plain_question(ask):
    body = (await ask(tools=())).body

    assert body["systemInstruction"]["parts"][0]["text"].startswith("You are Pia")
    assert [content["role"] for content in body["contents"]] == ["user"]
    assert body["generationConfig"] == {"maxOutputTokens": 8_192}
    assert "tools" not in body


async def test_tools_are_declared_without_what_gemini_cannot_read(ask):
    [declared] = (await ask()).body["tools"]

    search, clock = declared["functionDeclarations"]
    assert search["parameters"] == {
        "type": "object",
        "properties": {"query": {"type": "string"}, "most": {"type": "integer", "minimum": 1}},
        "required": ["query"],
    }
    assert clock == {"name": "current_time", "description": "Says what time it is."}


async def test_signatures_go_back_where_they_came_from(ask):
    step = Step("Let me look.", CALLS, RESULTS, {"k1": "EsMB+/=="})

    _, said, answered = (await ask(steps=(step,))).body["contents"]

    assert said["role"] == "model"
    assert said["parts"] == [
        {"text": "Let me look."},
        {
            "functionCall": {"id": "k1", "name": "search_knowledge", "args": {"query": "leave"}},
            "thoughtSignature": "EsMB+/==",
        },
        {"functionCall": {"id": "k2", "name": "current_time", "args": {}}},
    ]
    results = [part["functionResponse"] for part in answered["parts"]]
    assert [(result["id"], *result["response"]) for result in results] == [
        ("k1", "result"),
        ("k2", "error"),
    ]
    assert "18 weeks" in results[0]["response"]["result"]


async def test_calls_of_another_vendors_model_say_so(ask):
    _, said, _ = (await ask(steps=(Step("", CALLS, RESULTS),))).body["contents"]

    assert [part.get("thoughtSignature") for part in said["parts"]] == [
        "skip_thought_signature_validator",
        None,
    ]


async def test_the_form_of_an_answer(ask):
    schema = {
        "type": "object",
        "properties": {"vote": {"enum": ["aye", "no"]}},
        "additionalProperties": False,
    }

    config = (await ask(answer_schema=schema)).body["generationConfig"]

    assert config["responseMimeType"] == "application/json"
    assert config["responseSchema"] == {
        "type": "object",
        "properties": {"vote": {"type": "string", "enum": ["aye", "no"]}},
    }


@pytest.mark.parametrize("in_array", [True, False])
async def test_how_long_to_wait_is_read_from_the_body(vendor, provider, prompt, in_array):
    details = [
        {"@type": "type.googleapis.com/google.rpc.Help"},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"},
    ]
    error = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": details}}

    async def exhausted(request):
        return web.json_response([error] if in_array else error, status=429)

    vendor.replies.append(exhausted)

    with pytest.raises(ProviderError) as refusal:
        await answer_of(provider, prompt)

    assert (refusal.value.kind, refusal.value.retry_after) == ("rate_limited", 34.5)


@pytest.mark.parametrize("delay", [7, None, "soon", "-1s", {"seconds": 3}])
async def test_a_senseless_delay_is_none(vendor, provider, prompt, delay):
    error = {"error": {"details": [{"retryDelay": delay}, "x"]}}

    async def exhausted(request):
        return web.json_response(error, status=429)

    vendor.replies.append(exhausted)

    with pytest.raises(ProviderError) as refusal:
        await answer_of(provider, prompt)

    assert refusal.value.retry_after is None


async def test_a_tool_of_any_schema_can_be_declared(ask):
    odd = {"properties": {"a": {"$ref": "#/nowhere"}, "b": {"type": []}}, "required": ["z"]}

    [declared] = (await ask(tools=(ToolSpec("odd", "", odd),))).body["tools"]

    assert json.dumps(
        declared["functionDeclarations"][0]["parameters"]["properties"]
    ) == json.dumps({"a": {"type": "string"}, "b": {"type": "string"}})
