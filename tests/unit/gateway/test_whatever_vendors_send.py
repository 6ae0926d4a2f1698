"""Whatever a vendor sends ends in a named failure or in an answer within bounds: never in anything else."""

import copy

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.gateway.model import Finished
from core.gateway.ports import ProviderError
from core.gateway.providers.anthropic.message import Message
from core.gateway.providers.gemini.content import Content
from core.gateway.providers.openai.adapter import _Completion
from core.gateway.providers.openai.chunk import DONE
from core.gateway.providers.wire.asking import _taken
from core.gateway.providers.wire.calls import Calls

WRONG = [
    None,
    True,
    7,
    -1,
    2**63,
    1e300,
    "x",
    "",
    "\0",
    [],
    [None],
    [[]],
    {},
    {"a": 1},
    {"type": 1},
]

FUNCTION = {"name": "search", "arguments": "{}"}
CALL = {"index": 0, "id": "c", "type": "function", "function": FUNCTION}
DELTA = {
    "role": "assistant",
    "content": "a",
    "reasoning": "b",
    "tool_calls": [CALL],
}
OPENAI = [
    {"choices": [{"index": 0, "delta": DELTA, "finish_reason": "stop"}]},
    {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}},
    {"choices": [], "x_groq": {"id": "r", "usage": {"prompt_tokens": 1}}},
    {"choices": [{"delta": {"content": [{"type": "text", "text": "a"}]}}]},
    {"choices": [{"delta": {"refusal": "No."}}]},
    {"error": {"message": "m", "type": "t", "code": 429}},
]
USE = {"type": "tool_use", "id": "c", "name": "search", "input": {"a": 1}}
ANTHROPIC = [
    {"type": "message_start", "message": {"usage": {"input_tokens": 1, "output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "a"}},
    {"type": "content_block_start", "index": 1, "content_block": USE},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}},
    {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "input_json_delta", "partial_json": "{}"},
    },
    {"type": "content_block_stop", "index": 1},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 2}},
    {"type": "message_delta", "delta": {"stop_reason": "refusal"}},
    {"type": "error", "error": {"type": "overloaded_error", "message": "m"}},
]
PART = {"functionCall": {"id": "c", "name": "search", "args": {"a": 1}}, "thoughtSignature": "s"}
PARTS = [{"text": "a"}, {"text": "b", "thought": True}, PART]
GEMINI = [
    {"candidates": [{"content": {"role": "model", "parts": PARTS}, "finishReason": "STOP"}]},
    {"usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 2, "thoughtsTokenCount": 3}},
    {"promptFeedback": {"blockReason": "SAFETY"}, "candidates": []},
    {"error": {"code": 503, "status": "UNAVAILABLE", "message": "m", "details": [{}]}},
]
# The last of each is an error, and the one before it withholds the answer.
VENDORS = [(_Completion, OPENAI), (Message, ANTHROPIC), (Content, GEMINI)]


def places(value, path=()):
    """The path to every value inside."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inner:
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from places(part, (*path, key))


def replaced(event, path, wrong):
    event = copy.deepcopy(event)
    holder = event
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = wrong
    return event


def play(answer_type, events):
    """What comes of it; anything but a ProviderError is a failure of the test."""
    answer = answer_type("m", "p", Calls())
    try:
        for event in events:
            assert isinstance(_taken(answer, orjson.dumps(event)), str | None)
        return answer.finished()
    except ProviderError:
        return None


@pytest.mark.parametrize(("answer_type", "events"), VENDORS)
def test_any_value_in_any_place(answer_type, events):
    played = 0
    for number, event in enumerate(events):
        for path in places(event):
            for wrong in WRONG:
                spoiled = [*events[:number], replaced(event, path, wrong), *events[number + 1 : -2]]
                last = play(answer_type, spoiled)
                # No database text can hold it.
                assert "\\x00" not in repr(last)
                played += 1
    assert played > 300


@pytest.mark.parametrize(("answer_type", "events"), VENDORS)
def test_without_the_error_it_is_an_answer(answer_type, events):
    last = play(answer_type, events[:-2])

    assert isinstance(last, Finished)
    assert last.calls
    assert play(answer_type, events[:-1]).reason == "filtered"


@pytest.mark.parametrize("answer_type", [_Completion, Message, Content])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=40).filter(lambda data: data.strip() not in (b"", DONE)))
def test_bytes_of_any_kind(answer_type, data):
    with pytest.raises(ProviderError):
        _taken(answer_type("m", "p", Calls()), data)
