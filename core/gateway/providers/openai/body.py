"""A prompt as the body of a chat completion."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from core.gateway.model import Step, ToolCall, ToolSpec
from core.gateway.prompt import Prompt
from core.gateway.providers.wire.schema import is_strict, tool_parameters
from core.gateway.providers.wire.steps import called_arguments, called_name, rounds

MOST_ANSWER_TOKENS = 4_096
TEMPERATURE = 0.2
# Its models refuse any temperature but their own.
_WITHOUT_TEMPERATURE = "api.openai.com"


def completion_body(base_url: str, model: str, prompt: Prompt) -> dict[str, Any]:
    """Source: https://platform.openai.com/docs/api-reference/chat/create"""
    body: dict[str, Any] = {
        "model": model,
        "messages": list(_messages(prompt)),
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": MOST_ANSWER_TOKENS,
    }
    if urlsplit(base_url).hostname != _WITHOUT_TEMPERATURE:
        body["temperature"] = TEMPERATURE
    if prompt.tools:
        body["tools"] = [_tool(tool) for tool in prompt.tools]
    if prompt.answer_schema is not None:
        body["response_format"] = _form(prompt.answer_schema)
    return body


def _messages(prompt: Prompt) -> Iterator[dict[str, Any]]:
    yield {"role": "system", "content": prompt.system_text()}
    yield {"role": "user", "content": prompt.user_text()}
    for step, results in rounds(prompt.steps):
        yield _said(step)
        for call, text, _ in results:
            yield {"role": "tool", "tool_call_id": call.call_id, "content": text}


def _said(step: Step) -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": step.text or None,
        "tool_calls": [_call(call) for call in step.calls],
    }


def _call(call: ToolCall) -> dict[str, Any]:
    # vLLM and Groq read the arguments again, and fail over anything but an object.
    arguments = orjson.dumps(called_arguments(call)).decode()
    return {
        "id": call.call_id,
        "type": "function",
        "function": {"name": called_name(call), "arguments": arguments},
    }


def _tool(tool: ToolSpec) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool_parameters(tool.parameters),
        },
    }


def _form(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": is_strict(schema), "schema": dict(schema)},
    }
