"""A prompt as the body of a Messages request."""

from collections.abc import Iterator
from typing import Any

from core.gateway.model import Step, ToolCall
from core.gateway.prompt import Prompt
from core.gateway.providers.wire.schema import compilable, tool_parameters
from core.gateway.providers.wire.steps import called_arguments, called_name, rounds

# Includes what the model thinks before it answers.
MOST_ANSWER_TOKENS = 8_192


def messages_body(model: str, prompt: Prompt) -> dict[str, Any]:
    """No temperature: newer models refuse it. Source: https://docs.anthropic.com/en/api/messages"""
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": MOST_ANSWER_TOKENS,
        "system": prompt.system_text(),
        "messages": list(_messages(prompt)),
        "stream": True,
    }
    if prompt.tools:
        body["tools"] = [
            {
                "name": tool.name,
                "description": tool.description,
                "input_schema": tool_parameters(tool.parameters),
            }
            for tool in prompt.tools
        ]
    elif called := _called_names(prompt):
        # Calls in the messages need tools beside them, even when none may be called any more.
        body["tools"] = [{"name": name, "input_schema": tool_parameters({})} for name in called]
        body["tool_choice"] = {"type": "none"}
    if prompt.answer_schema is not None:
        form = {"type": "json_schema", "schema": compilable(prompt.answer_schema)}
        body["output_config"] = {"format": form}
    return body


def _called_names(prompt: Prompt) -> list[str]:
    return sorted({called_name(call) for step in prompt.steps for call in step.calls})


def _messages(prompt: Prompt) -> Iterator[dict[str, Any]]:
    yield {"role": "user", "content": prompt.user_text()}
    for step, results in rounds(prompt.steps):
        yield {"role": "assistant", "content": list(_said(step))}
        yield {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": call.call_id,
                    "content": text,
                    "is_error": is_error,
                }
                for call, text, is_error in results
            ],
        }


def _said(step: Step) -> Iterator[dict[str, Any]]:
    if step.text.strip():  # a blank text is refused
        yield {"type": "text", "text": step.text}
    for call in step.calls:
        yield _use(call)


def _use(call: ToolCall) -> dict[str, Any]:
    return {
        "type": "tool_use",
        "id": call.call_id,
        "name": called_name(call),
        "input": called_arguments(call),
    }
