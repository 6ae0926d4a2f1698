"""Anthropic's Messages as their events come over the wire, and what a vendor that is ill sends."""

import json

import pytest

from core.gateway.model import ToolCall, Usage
from core.gateway.providers.anthropic.adapter import Anthropic
from core.kernel.secret import Secret
from tests.integration.gateway_vendor import refused, streamed
from tests.integration.providers.vendor import answer_of, outcome_of, sent


@pytest.fixture
def provider(vendor, client):
    return Anthropic(client, Secret("sk-ant-planted"), vendor.url, "claude-1")


def started(index, **block):
    return {"type": "content_block_start", "index": index, "content_block": block}


def grown(index, kind, **delta):
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **delta}}


def stopped(index):
    return {"type": "content_block_stop", "index": index}


def ends(reason, **usage):
    delta = {"stop_reason": reason, "stop_sequence": None}
    return {"type": "message_delta", "delta": delta, "usage": usage}


READ = {"input_tokens": 20, "cache_creation_input_tokens": 70, "cache_read_input_tokens": 30}
START = {
    "type": "message_start",
    "message": {"id": "msg_1", "role": "assistant", "content": [], "usage": READ},
}
PING = {"type": "ping"}
STOP = {"type": "message_stop"}
TEXT = [
    started(0, type="text", text=""),
    PING,
    grown(0, "text_delta", text="18 weeks"),
    grown(0, "text_delta", text=""),
    grown(0, "text_delta", text=" für alle 🚲 [1]"),
    stopped(0),
]
SEARCH = {"type": "tool_use", "id": "toolu_1", "name": "search_knowledge", "input": {}}
CLOCK = {"type": "tool_use", "id": "toolu_2", "name": "current_time", "input": {}}


async def test_a_whole_message_is_read_with_its_usage(vendor, provider, prompt):
    vendor.says(START, *TEXT, ends("end_turn", output_tokens=7), STOP)

    text, last = await answer_of(provider, prompt)

    assert text == "18 weeks für alle 🚲 [1]"
    assert (last.provider, last.model, last.reason) == ("anthropic", "claude-1", "stop")
    assert last.usage == Usage(120, 7)


async def test_it_does_not_matter_how_the_bytes_are_cut(vendor, provider, prompt):
    whole = b"".join(sent(event) for event in [START, *TEXT, ends("end_turn"), STOP])
    vendor.replies.append(streamed([bytes([byte]) for byte in whole.replace(b"\n", b"\r\n")]))

    assert (await answer_of(provider, prompt))[0] == "18 weeks für alle 🚲 [1]"


async def test_words_thoughts_and_calls_are_told_apart(vendor, provider, prompt):
    vendor.says(
        START,
        started(0, type="thinking", thinking="", signature=""),
        grown(0, "thinking_delta", thinking="Hm."),
        grown(0, "signature_delta", signature="EqQB"),
        stopped(0),
        started(1, type="redacted_thinking", data="Ep"),
        stopped(1),
        started(2, type="text", text="Let me "),
        grown(2, "text_delta", text="look."),
        grown(2, "citations_delta", citation={}),
        stopped(2),
        started(3, **SEARCH),
        grown(3, "input_json_delta", partial_json=""),
        grown(3, "input_json_delta", partial_json='{"query": "le'),
        started(4, **CLOCK),
        grown(3, "input_json_delta", partial_json='ave"}'),
        stopped(3),
        stopped(4),
        ends("tool_use", output_tokens=40),
        STOP,
    )

    text, last = await answer_of(provider, prompt)

    assert (text, last.reason) == ("Let me look.", "tools")
    assert last.calls == (
        ToolCall("toolu_1", "search_knowledge", '{"query": "leave"}'),
        ToolCall("toolu_2", "current_time", "{}"),
    )


async def test_thinking_and_writing_a_call_are_work_and_a_ping_is_not(vendor, provider, prompt):
    vendor.says(
        START,
        PING,
        grown(0, "thinking_delta", thinking="Hm."),
        started(1, **SEARCH),
        grown(1, "input_json_delta", partial_json="{}"),
        PING,
        ends("tool_use"),
        STOP,
    )

    assert [i.text for i in [i async for i in provider.stream(prompt)][:-1]] == ["", "", ""]


async def test_arguments_may_come_whole_with_the_start(vendor, provider, prompt):
    vendor.says(START, started(0, **SEARCH | {"input": {"query": "leave"}}), ends("tool_use"), STOP)

    _, last = await answer_of(provider, prompt)

    assert [json.loads(call.arguments) for call in last.calls] == [{"query": "leave"}]


@pytest.mark.parametrize(
    ("vendors", "ours"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("a_reason_of_next_year", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "length"),
        ("refusal", "filtered"),
    ],
)
async def test_reasons_to_stop(vendor, provider, prompt, vendors, ours):
    vendor.says(START, *TEXT, ends(vendors), STOP)

    assert (await answer_of(provider, prompt))[1].reason == ours


async def test_a_refusal_calls_nothing(vendor, provider, prompt):
    vendor.says(START, started(0, **CLOCK), stopped(0), ends("refusal"), STOP)

    assert (await answer_of(provider, prompt))[1].calls == ()


async def test_usage_at_the_end_may_repeat_that_of_the_start(vendor, provider, prompt):
    vendor.says(START, *TEXT, ends("end_turn", **READ, output_tokens=7), STOP)

    assert (await answer_of(provider, prompt))[1].usage == Usage(120, 7)


async def test_a_stream_that_ends_after_the_reason_is_whole(vendor, provider, prompt):
    vendor.says(START, *TEXT, ends("end_turn"))

    assert await outcome_of(provider, prompt) == "finished"


async def test_events_nobody_knows_pass_by(vendor, provider, prompt):
    vendor.says(
        START,
        {"type": "weather", "sunny": True},
        started(0, type="server_tool_use", id="s", name="web_search", input={}),
        grown(0, "input_json_delta", partial_json='{"query"'),
        grown(0, "hologram_delta", data="x"),
        *TEXT,
        ends("end_turn"),
        STOP,
    )

    text, last = await answer_of(provider, prompt)

    assert (text, last.calls) == ("18 weeks für alle 🚲 [1]", ())


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("overloaded_error", "server"),
        ("api_error", "server"),
        ("rate_limit_error", "rate_limited"),
        ("timeout_error", "timeout"),
        ("invalid_request_error", "refused"),
        ("next_years_error", "server"),
    ],
)
async def test_an_error_in_mid_stream_has_a_kind(vendor, provider, prompt, said, kind):
    error = {"type": "error", "error": {"type": said, "message": "planted"}}
    vendor.says(START, *TEXT, error)

    assert await outcome_of(provider, prompt) == kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "refused"),
        (401, "refused"),
        (413, "refused"),
        (429, "rate_limited"),
        (500, "server"),
        (504, "timeout"),
        (529, "server"),
    ],
)
async def test_a_refusal_has_a_kind(vendor, provider, prompt, status, kind):
    vendor.replies.append(refused(status))

    assert await outcome_of(provider, prompt) == kind


HOSTILE = {
    "nothing": ([], "cut"),
    "cut before the reason": ([START, *TEXT], "cut"),
    "a stop without a reason": ([START, *TEXT, STOP], "cut"),
    "no JSON": ([START, b"data: {half\n\n"], "garbage"),
    "no type": ([b'data: {"delta": {}}\n\n'], "garbage"),
    "a type that is a list": ([b'data: {"type": []}\n\n'], "garbage"),
    "no message": ([{"type": "message_start"}], "garbage"),
    "a block that is a text": ([{"type": "content_block_start", "content_block": "x"}], "garbage"),
    "a delta without a type": ([{"type": "content_block_delta", "delta": {}}], "garbage"),
    "a text that is none": ([grown(0, "text_delta", text={"a": 1})], "garbage"),
    "a call without a name": ([started(0, type="tool_use", id="x", name=7)], "garbage"),
    "an index that is a list": ([started([0], **SEARCH)], "garbage"),
    "usage that is a text": ([START, ends("end_turn", output_tokens="many")], "garbage"),
    "usage that is a list": ([{"type": "message_delta", "delta": {}, "usage": [1]}], "garbage"),
    "10,000 calls": ([started(n, **SEARCH) for n in range(10_000)], "garbage"),
    "1 MB of arguments": (
        [
            started(0, **SEARCH),
            *[grown(0, "input_json_delta", partial_json="x" * 10_000) for _ in range(100)],
        ],
        "garbage",
    ),
    "input nested too deep": (
        [started(0, **SEARCH | {"input": json.loads("[" * 300 + "]" * 300)})],
        "garbage",
    ),
}


@pytest.mark.parametrize(("events", "kind"), HOSTILE.values(), ids=HOSTILE.keys())
async def test_whatever_comes_ends_in_a_named_failure(vendor, provider, prompt, events, kind):
    vendor.says(*events)

    assert await outcome_of(provider, prompt) == kind
