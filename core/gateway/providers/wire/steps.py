"""The rounds of a turn so far, in a form that every vendor takes back."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from core.gateway.model import Step, ToolCall, ToolResult
from core.gateway.prompt import result_data

_UNUSABLE_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_NAME = 64


def rounds(steps: Sequence[Step]) -> Iterator[tuple[Step, list[tuple[ToolCall, str, bool]]]]:
    """Each step that called something, with (call, what came of it, whether that is an error).

    Vendors refuse a call without a result and a result without a call. A step without calls is an
    answer: there is nothing to go on from.
    """
    for step in steps:
        results = {result.call_id: result for result in step.results}
        if step.calls:
            yield step, [_with_result(call, results.get(call.call_id)) for call in step.calls]


def called_name(call: ToolCall) -> str:
    """A model may have called what nobody named; vendors refuse to hear such a name again."""
    return _UNUSABLE_IN_A_NAME.sub("_", call.name)[:_LONGEST_NAME] or "unnamed"


def called_arguments(call: ToolCall) -> dict[str, Any]:
    """The arguments as an object; none where the model wrote something else, which its result says."""
    try:
        arguments = orjson.loads(call.arguments)
        orjson.dumps(arguments)  # what is nested deeper than it writes, it reads
    except (orjson.JSONDecodeError, TypeError):
        return {}
    return arguments if isinstance(arguments, dict) else {}


def _with_result(call: ToolCall, result: ToolResult | None) -> tuple[ToolCall, str, bool]:
    if result is None:
        result = ToolResult(call.call_id, call.name, "Nothing came back.", is_error=True)
    return call, result_data(result), result.is_error
