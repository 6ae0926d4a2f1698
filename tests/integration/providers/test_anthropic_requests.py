"""What Anthropic is sent: headers, steps, tools and forms of answers in its own words."""

import pytest

from core.gateway.model import Step, ToolCall, ToolResult
from core.gateway.providers.anthropic.adapter import Anthropic
from core.kernel.secret import Secret
from tests.integration.providers.vendor import answer_of

WHOLE = (
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}},
    {"type": "message_stop"},
)
CALLS = (
    ToolCall("toolu_1", "search_knowledge", '{"query": "leave"}'),
    ToolCall("call_1_2", "current_time", "NaN"),
)
RESULTS = (
    ToolResult("call_1_2", "current_time", "no clock here", is_error=True),
    ToolResult("toolu_1", "search_knowledge", "18 weeks"),
    ToolResult("toolu_9", "nobody_asked", "…"),
)


@pytest.fixture
def ask(vendor, client, asking):
    async def ask(**turn):
        vendor.says(*WHOLE)
        provider = Anthropic(client, Secret("sk-ant-planted"), vendor.url, "claude-1")
        assert "sk-ant-planted" not in repr(provider)
        await answer_of(provider, asking(**turn))
        return vendor.asked[-1]

    return ask


async def test_the_key_goes_into_its_header_and_nowhere_else(ask):
    asked = await ask()

    assert asked.url == "/v1/messages"
    assert asked.headers["x-api-key"] == "sk-ant-planted"
    assert asked.headers["anthropic-version"] == "2023-06-01"
    assert "sk-ant-planted" not in asked.url + str(asked.body)
    assert "authorization" not in asked.headers


async def test_a_plain_question(ask):
    body = (await ask(tools=())).body

    assert (body["model"], body["stream"], body["max_tokens"]) == ("claude-1", True, 8_192)
    assert body["system"].startswith("You are Pia")
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert {"tools", "tool_choice", "temperature", "output_config"}.isdisjoint(body)


async def test_tools_and_steps(ask):
    body = (await ask(steps=(Step("Let me look.", CALLS, RESULTS, {"toolu_1": "sig"}),))).body

    assert [tool["name"] for tool in body["tools"]] == ["search_knowledge", "current_time"]
    assert body["tools"][0]["input_schema"]["required"] == ["query"]
    _, said, answered = body["messages"]
    assert said["content"] == [
        {"type": "text", "text": "Let me look."},
        {
            "type": "tool_use",
            "id": "toolu_1",
            "name": "search_knowledge",
            "input": {"query": "leave"},
        },
        {"type": "tool_use", "id": "call_1_2", "name": "current_time", "input": {}},
    ]
    assert [(r["tool_use_id"], r["is_error"]) for r in answered["content"]] == [
        ("toolu_1", False),
        ("call_1_2", True),
    ]
    assert "18 weeks" in answered["content"][0]["content"]
    assert "sig" not in str(body["messages"][1])


async def test_a_blank_text_is_not_sent(ask):
    body = (await ask(steps=(Step(" \n", CALLS, RESULTS),))).body

    assert {block["type"] for block in body["messages"][1]["content"]} == {"tool_use"}


async def test_earlier_calls_need_tools_that_may_not_be_called(ask):
    body = (await ask(tools=(), steps=(Step("", CALLS, RESULTS),))).body

    assert [tool["name"] for tool in body["tools"]] == ["current_time", "search_knowledge"]
    assert body["tool_choice"] == {"type": "none"}


async def test_the_form_of_an_answer(ask):
    schema = {"type": "object", "properties": {"vote": {"type": "string", "maxLength": 3}}}

    body = (await ask(answer_schema=schema)).body

    assert body["output_config"]["format"] == {
        "type": "json_schema",
        "schema": {
            "type": "object",
            "properties": {"vote": {"type": "string"}},
            "additionalProperties": False,
        },
    }
