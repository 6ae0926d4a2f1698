"""A prompt as the body of a generateContent request."""

from collections.abc import Iterator
from typing import Any

from core.gateway.model import Step, ToolSpec
from core.gateway.prompt import Prompt
from core.gateway.providers.gemini.schema import gemini_schema
from core.gateway.providers.wire.steps import called_arguments, called_name, rounds

# Includes what the model thinks before it answers.
MOST_ANSWER_TOKENS = 8_192
# What Gemini 3 wants on the first call of a round that another vendor's model wrote.
# Source: https://ai.google.dev/gemini-api/docs/thought-signatures
NOT_ITS_OWN = "skip_thought_signature_validator"


def generate_body(prompt: Prompt) -> dict[str, Any]:
    """No temperature: newer models want their own. Source: https://ai.google.dev/api/generate-content"""
    config: dict[str, Any] = {"maxOutputTokens": MOST_ANSWER_TOKENS}
    if prompt.answer_schema is not None:
        config["responseMimeType"] = "application/json"
        config["responseSchema"] = gemini_schema(prompt.answer_schema)
    body: dict[str, Any] = {
        "systemInstruction": {"parts": [{"text": prompt.system_text()}]},
        "contents": list(_contents(prompt)),
        "generationConfig": config,
    }
    if prompt.tools:
        body["tools"] = [{"functionDeclarations": [_declared(tool) for tool in prompt.tools]}]
    return body


def _declared(tool: ToolSpec) -> dict[str, Any]:
    declared: dict[str, Any] = {"name": tool.name, "description": tool.description}
    parameters = gemini_schema({"type": "object", **tool.parameters})
    if parameters.get("properties"):  # an object without any is refused
        declared["parameters"] = parameters
    return declared


def _contents(prompt: Prompt) -> Iterator[dict[str, Any]]:
    yield {"role": "user", "parts": [{"text": prompt.user_text()}]}
    for step, results in rounds(prompt.steps):
        yield {"role": "model", "parts": list(_said(step))}
        yield {
            "role": "user",
            "parts": [
                {
                    "functionResponse": {
                        "id": call.call_id,
                        "name": called_name(call),
                        "response": {"error" if is_error else "result": text},
                    }
                }
                for call, text, is_error in results
            ],
        }


def _said(step: Step) -> Iterator[dict[str, Any]]:
    if step.text:
        yield {"text": step.text}
    own = step.signatures.keys() & {call.call_id for call in step.calls}
    for place, call in enumerate(step.calls):
        part: dict[str, Any] = {
            "functionCall": {
                "id": call.call_id,
                "name": called_name(call),
                "args": called_arguments(call),
            }
        }
        if call.call_id in own:
            part["thoughtSignature"] = step.signatures[call.call_id]
        elif place == 0 and not own:
            part["thoughtSignature"] = NOT_ITS_OWN
        yield part
