"""One conversation, whoever answers: the four providers, streaming and with tools.

Text and refusals against `stubllm`'s servers; calls against ours, for it has no words for them.
"""

import itertools
import json
import socket
import threading

import pytest
import uvicorn
from stubllm.fixtures.models import Fixture
from stubllm.server import create_app

from core.gateway.model import Delta, Exchange, Finished, Step, ToolCall, ToolResult, Usage
from core.gateway.providers.offline.offline import Offline
from tests.integration.providers.speakers import VENDORS, Heard, Line, provider_at, speaker
from tests.integration.providers.vendor import answer_of, outcome_of

ANSWER = "Parents get **18 weeks** of leave, für alle 🚲 [1]."
THREAD = (Exchange("person", "Hello"), Exchange("agent", "Hello, how can I help?"))


@pytest.fixture
def stub():
    """Starts `stubllm` with one answer to everything; gives its address.

    Its own `MockLLMServer` notes requests in a way that breaks streams under the Starlette we lock.
    """
    stops = []

    def start(**response):
        app = create_app(fixtures=[Fixture.model_validate({"response": response})])
        config = uvicorn.Config(app, lifespan="off", ws="none", log_level="warning")
        server = uvicorn.Server(config)
        listening = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        stops.append((server, thread, listening))
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield start
    for server, thread, listening in stops:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.mark.parametrize("vendor", [*VENDORS, "offline"])
async def test_an_answer_is_streamed(stub, client, asking, vendor):
    # In the place of Anthropic's last piece it sends the reason to stop.
    url = stub(content=ANSWER + "\n", stream_chunk_delay_ms=1)
    provider = provider_at(vendor, client, url)

    *deltas, last = [item async for item in provider.stream(asking(thread=THREAD))]

    text = "".join(delta.text for delta in deltas if isinstance(delta, Delta))
    assert "18 weeks" in text
    assert isinstance(last, Finished)
    assert (last.provider, last.reason, last.calls) == (vendor, "stop", ())
    if vendor != "offline":
        assert text.strip() == ANSWER
        assert len(deltas) > 5


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "refused"), (401, "refused"), (429, "rate_limited"), (500, "server"), (503, "server")],
)
async def test_a_refusal_is_the_same_with_all(stub, client, prompt, vendor, status, kind):
    url = stub(http_status=status, error_message="planted")

    assert await outcome_of(provider_at(vendor, client, url), prompt) == kind


SCRIPT = [
    Line(
        "Let me look.",
        (
            ToolCall("call_a", "search_knowledge", '{"query": "leave"}'),
            ToolCall("call_b", "current_time", "{}"),
        ),
    ),
    Line("And again:", (ToolCall("call_c", "search_knowledge", '{"query": "weeks", "most": 3}'),)),
    Line(ANSWER),
]
FOUND = {"search_knowledge": "Parents get 18 weeks.", "current_time": "Monday, ten o'clock"}


async def converse(asking, ask_of):
    """The turn to its end; *ask_of* says who is asked in which round."""
    steps: tuple[Step, ...] = ()
    while True:
        provider = ask_of(len(steps))
        text, last = await answer_of(provider, asking(steps=steps))
        if last.reason != "tools":
            return steps, text, last
        results = tuple(
            ToolResult(call.call_id, call.name, FOUND[call.name]) for call in last.calls
        )
        steps = (*steps, Step(text, last.calls, results, last.signatures))


def as_heard(step):
    calls = tuple((call.name, json.loads(call.arguments)) for call in step.calls)
    return step.text, calls


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_turn_with_tools_goes_to_its_end(vendor, client, asking, make_vendor):
    heard: list[list[Heard]] = []
    server = await make_vendor(speaker(vendor, line, heard) for line in SCRIPT)
    provider = provider_at(vendor, client, server.url.rstrip("/"))

    steps, text, last = await converse(asking, lambda _: provider)

    assert (text, last.reason, last.usage) == (ANSWER, "stop", Usage(120, 7))
    assert [as_heard(step) for step in steps] == [as_heard(line) for line in SCRIPT[:2]]
    assert [len(rounds) for rounds in heard] == [0, 1, 2]
    assert [(told.text, told.calls) for told in heard[-1]] == [as_heard(step) for step in steps]
    assert ["18 weeks" in told.results[0] for told in heard[-1]] == [True, True]


async def test_the_offline_model_calls_nothing_and_answers(asking, client):
    steps, text, last = await converse(asking, lambda _: Offline())

    assert (steps, last.reason) == ((), "stop")
    assert "18 weeks" in text


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(VENDORS, 2)))
async def test_another_vendor_goes_on_in_mid_turn(first, second, client, asking, make_vendor):
    heard: list[list[Heard]] = []
    one = await make_vendor([speaker(first, SCRIPT[0], heard)])
    other = await make_vendor(speaker(second, line, heard) for line in SCRIPT[1:])
    providers = [
        provider_at(first, client, one.url.rstrip("/")),
        provider_at(second, client, other.url.rstrip("/")),
    ]

    steps, text, _ = await converse(asking, lambda done: providers[min(done, 1)])

    assert text == ANSWER
    assert [(told.text, told.calls) for told in heard[-1]] == [as_heard(step) for step in steps]


@pytest.mark.parametrize("vendor", VENDORS)
async def test_what_a_model_called_wrongly_can_be_told_to_it(vendor, client, asking, make_vendor):
    calls = (ToolCall("call_a", "drop tables; --", "{half"), ToolCall("call_b", "", "NaN"))
    results = tuple(
        ToolResult(call.call_id, call.name, "No such tool.", is_error=True) for call in calls
    )
    heard: list[list[Heard]] = []
    server = await make_vendor([speaker(vendor, SCRIPT[-1], heard)])
    provider = provider_at(vendor, client, server.url.rstrip("/"))
    step = Step("", calls, results, {"call_a": "EsMBdrop_tables__--=="})

    text, _ = await answer_of(provider, asking(steps=(step,)))

    assert text == ANSWER
    [[told]] = heard
    assert told.calls == (("drop_tables__--", {}), ("unnamed", {}))
    assert all("No such tool." in result for result in told.results)
