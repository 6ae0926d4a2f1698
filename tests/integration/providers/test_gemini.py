"""Gemini's chunks as they come over the wire, and what a vendor that is ill sends."""

import json

import pytest

from core.gateway.model import ToolCall, Usage
from core.gateway.providers.gemini.adapter import Gemini
from core.kernel.secret import Secret
from tests.integration.gateway_vendor import streamed
from tests.integration.providers.vendor import answer_of, outcome_of, sent


@pytest.fixture
def provider(vendor, client):
    return Gemini(client, Secret("AIza-planted"), f"{vendor.url}v1beta", "gemini-1")


def chunk(*parts, reason=None, **more):
    content = {"role": "model", "parts": list(parts)}
    candidate = {"content": content, "index": 0, "safetyRatings": []}
    if reason:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], "modelVersion": "gemini-1", "responseId": "x", **more}


def text(words, **more):
    return {"text": words, **more}


def call(name, args, *, signature=None, **more):
    part = {"functionCall": {"name": name, "args": args, **more}}
    return part | ({"thoughtSignature": signature} if signature else {})


def counted(read, written, thought=0):
    usage = {"promptTokenCount": read, "totalTokenCount": read + written + thought}
    usage |= {"candidatesTokenCount": written} if written else {}
    return {"usageMetadata": usage | ({"thoughtsTokenCount": thought} if thought else {})}


WHOLE = [
    chunk(text("Hm.", thought=True), **counted(120, 0, 9)),
    chunk(text("18 weeks"), **counted(120, 3, 9)),
    chunk(text(" für alle"), text(" 🚲 [1]"), **counted(120, 6, 9)),
    chunk(text("", thoughtSignature="EsMB"), reason="STOP", **counted(120, 7, 9)),
]


async def test_a_whole_stream_is_read_with_its_usage(vendor, provider, prompt):
    vendor.says(*WHOLE)

    said, last = await answer_of(provider, prompt)

    assert said == "18 weeks für alle 🚲 [1]"
    assert (last.provider, last.model, last.reason) == ("gemini", "gemini-1", "stop")
    assert last.usage == Usage(120, 16)


async def test_it_does_not_matter_how_the_bytes_are_cut(vendor, provider, prompt):
    whole = b"".join(sent(event) for event in WHOLE).replace(b"\n", b"\r\n")
    vendor.replies.append(streamed([bytes([byte]) for byte in whole]))

    assert (await answer_of(provider, prompt))[0] == "18 weeks für alle 🚲 [1]"


async def test_a_reason_in_every_chunk_ends_nothing(vendor, provider, prompt):
    vendor.says(chunk(text("18 "), reason="STOP"), chunk(text("weeks"), reason="STOP"))

    assert (await answer_of(provider, prompt))[0] == "18 weeks"


async def test_calls_come_whole_with_their_signatures(vendor, provider, prompt):
    vendor.says(
        chunk(text("Let me look.")),
        chunk(
            call("search_knowledge", {"query": "leave"}, id="k1", signature="EsMB+/=="),
            call("current_time", {}, id="k2"),
            reason="STOP",
        ),
    )

    said, last = await answer_of(provider, prompt)

    assert (said, last.reason) == ("Let me look.", "tools")
    assert last.calls == (
        ToolCall("k1", "search_knowledge", '{"query":"leave"}'),
        ToolCall("k2", "current_time", "{}"),
    )
    assert last.signatures == {"k1": "EsMB+/=="}


async def test_calls_without_ids_or_arguments_get_them(vendor, provider, prompt):
    nameless = {"functionCall": {"name": "current_time"}, "thought_signature": "EsMB"}
    vendor.says(chunk(nameless, call("current_time", None)), chunk(reason="STOP"))

    _, last = await answer_of(provider, prompt)

    assert last.calls == (
        ToolCall("call_1_1", "current_time", "{}"),
        ToolCall("call_1_2", "current_time", "{}"),
    )
    assert last.signatures == {"call_1_1": "EsMB"}


async def test_thoughts_and_calls_are_work_and_not_words(vendor, provider, prompt):
    vendor.says(
        chunk(text("Hm.", thought=True)),
        chunk(call("current_time", {})),
        chunk(text("")),
        chunk(reason="STOP", **counted(1, 1)),
    )

    assert [i.text for i in [i async for i in provider.stream(prompt)][:-1]] == ["", ""]


@pytest.mark.parametrize(
    ("vendors", "ours"),
    [
        ("STOP", "stop"),
        ("A_REASON_OF_NEXT_YEAR", "stop"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "filtered"),
        ("RECITATION", "filtered"),
        ("PROHIBITED_CONTENT", "filtered"),
        ("BLOCKLIST", "filtered"),
        ("SPII", "filtered"),
    ],
)
async def test_reasons_to_stop(vendor, provider, prompt, vendors, ours):
    vendor.says(chunk(text("18 weeks")), chunk(reason=vendors))

    said, last = await answer_of(provider, prompt)

    assert (said, last.reason) == ("18 weeks", ours)


async def test_a_candidate_withheld_for_safety_has_no_content(vendor, provider, prompt):
    ratings = [{"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH"}]
    vendor.says({"candidates": [{"finishReason": "SAFETY", "safetyRatings": ratings}]})

    said, last = await answer_of(provider, prompt)

    assert (said, last.reason, last.calls) == ("", "filtered", ())


async def test_a_blocked_prompt_is_filtered(vendor, provider, prompt):
    vendor.says({"promptFeedback": {"blockReason": "SAFETY"}, **counted(120, 0)})

    said, last = await answer_of(provider, prompt)

    assert (said, last.reason, last.usage) == ("", "filtered", Usage(120, 0))


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "OTHER"])
async def test_an_end_that_is_no_answer_is_garbage(vendor, provider, prompt, reason):
    vendor.says(chunk(text("Let me")), chunk(reason=reason, finishMessage="planted"))

    assert await outcome_of(provider, prompt) == "garbage"


def error(status, code, **more):
    return {"error": {"code": code, "message": "planted", "status": status, **more}}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (error("RESOURCE_EXHAUSTED", 429), "rate_limited"),
        (error("UNAVAILABLE", 503), "server"),
        (error("DEADLINE_EXCEEDED", 504), "timeout"),
        (error("INVALID_ARGUMENT", 400), "refused"),
    ],
)
@pytest.mark.parametrize("in_array", [False, True])
async def test_an_error_in_mid_stream_has_a_kind(vendor, provider, prompt, said, kind, in_array):
    data = json.dumps([said] if in_array else said)
    vendor.says(WHOLE[1], f"data: {data}\n\n")

    assert await outcome_of(provider, prompt) == kind


HOSTILE = {
    "nothing": ([], "cut"),
    "cut before the reason": (WHOLE[:3], "cut"),
    "an array in place of events": ([json.dumps(WHOLE)], "cut"),
    "no JSON": ([b"data: {half\n\n"], "garbage"),
    "no object": ([b"data: [1, 2]\n\n"], "garbage"),
    "another object": ([b'data: {"hello": "world"}\n\n'], "garbage"),
    "NaN": ([b'data: {"candidates":[{"content":{"parts":[{"text":NaN}]}}]}\n\n'], "garbage"),
    "candidates that are a number": ([{"candidates": 7}], "garbage"),
    "a candidate that is a text": ([{"candidates": ["x"]}], "garbage"),
    "parts that are texts": ([chunk("x")], "garbage"),
    "a text that is a list": ([chunk(text(["x"]))], "garbage"),
    "a call that is a text": ([chunk({"functionCall": "x"})], "garbage"),
    "a signature that is a number": ([chunk(call("x", {}, signature=7))], "garbage"),
    "a reason that is a list": ([chunk(reason=["STOP"])], "garbage"),
    "usage that is a list": ([{"usageMetadata": [1]}], "garbage"),
    "10,000 calls": ([chunk(*[call("x", {})] * 100)] * 100, "garbage"),
    "1 MB of arguments": ([chunk(call("x", {"a": "x" * 900_000}))], "garbage"),
    "1 MB of signature": ([chunk(call("x", {}, signature="x" * 900_000))], "garbage"),
    "arguments nested too deep": (
        [chunk(call("x", json.loads("[" * 300 + "]" * 300)))],
        "garbage",
    ),
}


@pytest.mark.parametrize(("events", "kind"), HOSTILE.values(), ids=HOSTILE.keys())
async def test_whatever_comes_ends_in_a_named_failure(vendor, provider, prompt, events, kind):
    vendor.says(*events)

    assert await outcome_of(provider, prompt) == kind
