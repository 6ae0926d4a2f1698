"""Chat completions: the calls, thoughts and refusals of those who speak them, as they send them."""

import json

import pytest

from core.gateway.model import Step, ToolCall, ToolResult, Usage
from core.gateway.providers.openai.adapter import OpenAICompatible
from core.gateway.providers.openai.body import completion_body
from core.kernel.secret import Secret
from tests.integration.gateway_vendor import DONE, ROLE, USAGE
from tests.integration.providers.completions import SEARCH, WHOLE, calls, delta, piece
from tests.integration.providers.vendor import answer_of


@pytest.fixture
def provider(vendor, client):
    return OpenAICompatible(client, Secret("gsk_planted"), f"{vendor.url}v1", "m-1")


BY_THE_BOOK = [
    ROLE,
    calls({"index": 0, "id": "call_a", "type": "function", "function": SEARCH}),
    calls(piece(0, '{"que')),
    calls(piece(0, 'ry": "leave"}')),
    calls({"index": 1, "id": "call_b", "function": {"name": "current_time", "arguments": ""}}),
    calls(piece(1, "{}")),
    delta("tool_calls"),
    {"choices": [], "usage": USAGE},
    DONE,
]


async def test_calls_are_put_together_from_their_pieces(vendor, provider, prompt):
    vendor.says(*BY_THE_BOOK)

    text, last = await answer_of(provider, prompt)

    assert text == ""
    assert last.reason == "tools"
    assert last.calls == (
        ToolCall("call_a", "search_knowledge", '{"query": "leave"}'),
        ToolCall("call_b", "current_time", "{}"),
    )
    assert last.usage == Usage(120, 7)


QUIRKS = {
    "whole calls in one delta (Groq)": [
        calls(
            {"index": 0, "id": "call_a", "function": WHOLE},
            {"index": 1, "id": "call_b", "function": {"name": "current_time", "arguments": "{}"}},
        )
    ],
    "no index (Gemini's imitation)": [
        calls({"id": "call_a", "function": WHOLE}),
        calls({"id": "call_b", "function": {"name": "current_time", "arguments": "{}"}}),
    ],
    "no index, in pieces": [
        calls({"id": "call_a", "function": SEARCH}),
        calls({"function": {"arguments": '{"query": '}}),
        calls({"function": {"arguments": '"leave"}'}}),
        calls({"id": "call_b", "function": {"name": "current_time"}}),
    ],
    "no index, with its id every time": [
        calls({"id": "call_a", "function": SEARCH}),
        calls({"id": "call_b", "function": {"name": "current_time"}}),
        calls({"id": "call_a", "function": {"arguments": WHOLE["arguments"]}}),
    ],
    "all under index 0 (Ollama)": [
        calls({"index": 0, "id": "call_a", "function": WHOLE}),
        calls({"index": 0, "id": "call_b", "function": {"name": "current_time"}}),
    ],
    "name and id repeated in every piece": [
        calls({"index": 0, "id": "call_a", "function": {**SEARCH, "arguments": '{"query": '}}),
        calls({"index": 0, "id": "call_a", "function": {**SEARCH, "arguments": '"leave"}'}}),
        calls({"index": 1, "id": "call_b", "function": {"name": "current_time"}}),
    ],
    "a name that comes late": [
        calls({"index": 0, "id": "call_a"}),
        calls({"index": 0, "function": WHOLE}),
        calls({"index": 1, "id": "call_b", "function": {"name": "current_time"}}),
    ],
    "arguments as an object, or null, or blank": [
        calls({"index": 0, "id": "call_a", "function": {**WHOLE, "arguments": {"query": "leave"}}}),
        calls(
            {"index": 1, "id": "call_b", "function": {"name": "current_time", "arguments": None}}
        ),
        calls(piece(1, "  ")),
    ],
}


@pytest.mark.parametrize("events", QUIRKS.values(), ids=QUIRKS.keys())
@pytest.mark.parametrize("reason", ["tool_calls", "stop"])
async def test_quirks_of_calls_change_nothing(vendor, provider, prompt, events, reason):
    vendor.says(*events, delta(reason), DONE)

    _, last = await answer_of(provider, prompt)

    assert last.reason == "tools"
    assert [(call.call_id, call.name) for call in last.calls] == [
        ("call_a", "search_knowledge"),
        ("call_b", "current_time"),
    ]
    assert [json.loads(call.arguments) for call in last.calls] == [{"query": "leave"}, {}]


@pytest.mark.parametrize("call_id", [None, "", "functions.search:0", "x" * 41, "taken"])
async def test_a_call_gets_an_id_that_every_vendor_takes_back(vendor, provider, asking, call_id):
    earlier = Step("", (ToolCall("taken", "current_time", "{}"),), ())
    vendor.says(calls({"index": 0, "id": call_id, "function": WHOLE}), delta("tool_calls"), DONE)

    _, last = await answer_of(provider, asking(steps=(earlier,)))

    assert [call.call_id for call in last.calls] == ["call_2_1"]


async def test_an_answer_may_have_words_and_calls(vendor, provider, prompt):
    vendor.says(delta(content="Let me look."), *BY_THE_BOOK)

    text, last = await answer_of(provider, prompt)

    assert (text, last.reason, len(last.calls)) == ("Let me look.", "tools", 2)


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
async def test_thoughts_are_work_and_not_words(vendor, provider, prompt, field):
    vendor.says(delta(**{field: "Hm."}), delta(content="18"), delta("stop"), DONE)

    pieces = [getattr(item, "text", None) for item in [i async for i in provider.stream(prompt)]]

    assert pieces == ["", "18", None]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["<think>Weeks", "? 17, 18.</think>\n\n18 weeks", " <think>"], "18 weeks <think>"),
        (list("\n<think>a</think>b"), "b"),
        (["<", "thin", "g>"], "<thing>"),
        (["<thi"], "<thi"),
        (["<think>and never an end"], ""),
    ],
)
async def test_thoughts_in_the_text_are_taken_out(vendor, provider, prompt, texts, said):
    vendor.says(*(delta(content=text) for text in texts), delta("stop"), DONE)

    assert (await answer_of(provider, prompt))[0] == said


async def test_content_in_parts_is_read(vendor, provider, prompt):
    parts = [{"type": "text", "text": "18 "}, {"type": "thinking", "thinking": []}]
    vendor.says(delta(content=parts), delta(content="weeks"), delta("stop"), DONE)

    assert (await answer_of(provider, prompt))[0] == "18 weeks"


async def test_a_refusal_is_said_and_named(vendor, provider, prompt):
    vendor.says(delta(refusal="I can't "), delta(refusal="help."), delta("stop"), DONE)

    text, last = await answer_of(provider, prompt)

    assert (text, last.reason, last.calls) == ("I can't help.", "filtered", ())


async def test_what_was_filtered_calls_nothing(vendor, provider, prompt):
    vendor.says(*BY_THE_BOOK[:-3], delta("content_filter"), DONE)

    _, last = await answer_of(provider, prompt)

    assert (last.reason, last.calls) == ("filtered", ())


async def test_a_call_that_was_cut_off_is_handed_on_as_it_is(vendor, provider, prompt):
    vendor.says(*BY_THE_BOOK[:3], delta("length"), DONE)

    _, last = await answer_of(provider, prompt)

    assert last.reason == "length"
    assert [call.arguments for call in last.calls] == ['{"que']


@pytest.mark.parametrize("arguments", ['{"a": NaN}', '{"a": 1, "a": 2}', "{'a'", "null", "[1]"])
async def test_senseless_arguments_are_for_the_dispatcher(vendor, provider, prompt, arguments):
    vendor.says(calls(piece(0, arguments, id="call_a")), delta("tool_calls"), DONE)

    _, last = await answer_of(provider, prompt)

    assert last.calls == (ToolCall("call_a", "", arguments),)


RESULT = ToolResult("call_a", "search_knowledge", "18 weeks", is_error=False)


async def test_an_event_of_nothing_is_passed_over_and_the_end_may_have_a_space(
    vendor, provider, prompt
):
    vendor.says(
        b"data:\n\n", delta(content="18"), b"data: \n\n", delta("stop"), b"data: [DONE] \n\n"
    )

    assert (await answer_of(provider, prompt))[0] == "18"


async def test_steps_and_tools_go_out_in_the_vendors_form(vendor, provider, asking):
    calls = (
        ToolCall("call_a", "search_knowledge", '{"query":"leave"}'),
        ToolCall("call_b", "delete everything!", "{half"),
    )
    steps = (Step("Let me look.", calls, (RESULT,)), Step("Here it is.", (), ()))
    vendor.says(delta("stop", content="x"), DONE)

    await answer_of(provider, asking(steps=steps))

    body = vendor.asked[0].body
    assert vendor.asked[0].url == "/v1/chat/completions"
    assert [message["role"] for message in body["messages"]] == [
        *("system", "user", "assistant", "tool", "tool")
    ]
    said, found, missing = body["messages"][2:]
    assert said["content"] == "Let me look."
    assert [call["function"] for call in said["tool_calls"]] == [
        {"name": "search_knowledge", "arguments": '{"query":"leave"}'},
        {"name": "delete_everything_", "arguments": "{}"},
    ]
    assert found["tool_call_id"] == "call_a"
    assert "18 weeks" in found["content"]
    assert "result of search_knowledge" in found["content"]
    assert "Nothing came back" in missing["content"]
    assert [tool["function"]["name"] for tool in body["tools"]] == [
        *("search_knowledge", "current_time")
    ]
    assert body["tools"][0]["function"]["parameters"]["required"] == ["query"]


SCHEMA = {
    "type": "object",
    "properties": {"vote": {"type": "string", "enum": ["aye", "no"]}},
    "required": ["vote"],
}


@pytest.mark.parametrize(("more", "strict"), [({}, False), ({"additionalProperties": False}, True)])
async def test_the_form_of_an_answer_goes_out(vendor, provider, asking, more, strict):
    vendor.says(delta("stop", content='{"vote":"aye"}'), DONE)

    text, _ = await answer_of(provider, asking(answer_schema=SCHEMA | more))

    assert json.loads(text) == {"vote": "aye"}
    assert vendor.asked[0].body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": strict, "schema": SCHEMA | more},
    }


async def test_without_tools_none_are_spoken_of(vendor, provider, asking):
    vendor.says(delta("stop", content="x"), DONE)

    await answer_of(provider, asking(tools=()))

    assert {"tools", "response_format"}.isdisjoint(vendor.asked[0].body)


def test_openai_itself_is_asked_without_a_temperature(client, prompt):
    assert "temperature" not in completion_body("https://api.openai.com/v1", "m", prompt)
    assert "temperature" in completion_body("https://api.groq.com/openai/v1", "m", prompt)
