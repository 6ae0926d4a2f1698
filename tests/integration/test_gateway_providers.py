"""The OpenAI-compatible provider against a loopback server that speaks the real wire format."""

import inspect
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from core.db.tenant import TenantContext, TenantDB
from core.gateway.model import AgentTurn, Delta, Finished, Passage, Usage
from core.gateway.ports import ProviderError
from core.gateway.prompt import Prompt, build_prompt
from core.gateway.providers.openai.adapter import OpenAICompatible
from core.gateway.providers.wire.client import open_http_client
from core.gateway.providers.wire.failures import failures_named
from core.kernel.ids import new_id, tenant_id
from core.kernel.sealing import Sealer, new_key
from core.kernel.secret import Secret
from tests.integration.gateway_vendor import (
    DONE,
    ROLE,
    USAGE,
    WHOLE,
    Vendor,
    chunk,
    refused,
    streamed,
)

COUNTED = json.dumps(USAGE).encode()


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    vendor = Vendor()
    await vendor.server.start_server()
    yield vendor
    await vendor.server.close()


@pytest.fixture
async def provider(vendor: Vendor) -> AsyncIterator[OpenAICompatible]:
    async with open_http_client() as client:
        url = str(vendor.server.make_url("/openai/v1/"))
        yield OpenAICompatible(client, Secret("gsk_planted"), base_url=url, model="m-1")


@pytest.fixture
def prompt() -> Prompt:
    tenant = tenant_id(new_id())
    context = TenantContext(tenant, TenantDB(None, tenant), Sealer(new_key()), new_key(), 2)
    passage = Passage(1, "Handbook", 3, "Leave", "Parents get 18 weeks.")
    return build_prompt(context, AgentTurn("Pia", "people", "Be kind.", "Weeks?", (passage,)))


async def answer_of(provider: OpenAICompatible, prompt: Prompt) -> tuple[str, Finished]:
    *deltas, last = [item async for item in provider.stream(prompt)]
    assert isinstance(last, Finished)
    return "".join(delta.text for delta in deltas if isinstance(delta, Delta)), last


async def failure_of(provider: OpenAICompatible, prompt: Prompt) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        await answer_of(provider, prompt)
    return raised.value


async def test_a_whole_stream_is_read_with_its_usage(provider, prompt):
    text, last = await answer_of(provider, prompt)

    assert text == "18 weeks für alle 🚲 [1]"
    assert last == Finished("m-1", "groq", Usage(120, 7), "stop")


async def test_the_request_is_what_the_wire_format_asks_for(vendor, provider, prompt):
    await answer_of(provider, prompt)

    [(body, headers)] = vendor.asked
    assert headers["authorization"] == "Bearer gsk_planted"
    assert [m["role"] for m in body["messages"]] == ["system", "user"]
    assert (body["model"], body["stream"]) == ("m-1", True)
    assert body["stream_options"] == {"include_usage": True}
    assert "gsk_planted" not in json.dumps(body) + repr(provider)


async def test_without_a_key_none_is_sent(vendor, provider, prompt):
    free = OpenAICompatible(provider.client, Secret(""), provider.base_url, "m-1", "ollama")

    await answer_of(free, prompt)

    assert "authorization" not in vendor.asked[0][1]


@pytest.mark.parametrize(
    "pieces",
    [
        [b"".join(WHOLE)],
        [bytes([byte]) for byte in b"".join(WHOLE)],
        [b"".join(WHOLE).replace(b"\n", b"\r\n")],
        [*WHOLE[:6], chunk(None, None, x_groq={"usage": USAGE}), DONE.rstrip()],
        [*WHOLE[:6], b'data: {"choices":[],\ndata: "usage":' + COUNTED + b"}\n\n"],
    ],
    ids=[
        "one write",
        "byte by byte",
        "CRLF",
        "usage under x_groq, no last line",
        "multi-line data",
    ],
)
async def test_quirks_of_the_stream_change_nothing(vendor, provider, prompt, pieces):
    vendor.reply = streamed(pieces)

    text, last = await answer_of(provider, prompt)

    assert text == "18 weeks für alle 🚲 [1]"
    assert last.usage == Usage(120, 7)


async def test_a_connection_lost_after_the_reason_to_stop_loses_nothing(vendor, provider, prompt):
    vendor.reply = streamed(WHOLE[:6])

    assert (await answer_of(provider, prompt))[1].reason == "stop"


ERROR = (
    b'data: {"error":{"message":"Rate limit reached","type":"tokens","code":"rate_limit_exceeded"}}'
)


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        ([], "cut"),
        (WHOLE[:3], "cut"),
        ([*WHOLE[:3], DONE], "cut"),
        ([b"<html>It works!</html>\n\n"], "cut"),
        ([b"data: {not json\n\n"], "garbage"),
        ([b"data: [1, 2]\n\n"], "garbage"),
        ([b'data: {"hello": "world"}\n\n'], "garbage"),
        ([b'data: {"choices": 7}\n\n'], "garbage"),
        ([b'data: {"choices":[{"delta":{"content":{"a":1}}}]}\n\n'], "garbage"),
        ([b"data: \xff\xfe\n\n"], "garbage"),
        ([b"data: " + b"x" * 1_100_000], "garbage"),
        ([ROLE, ERROR + b"\n\n"], "rate_limited"),
        ([ROLE, b'event: error\ndata: {"error":{"message":"boom"}}\n\n'], "server"),
    ],
)
async def test_a_broken_stream_has_a_name(vendor, provider, prompt, pieces, kind):
    vendor.reply = streamed(pieces)

    assert (await failure_of(provider, prompt)).kind == kind


async def test_a_reset_connection_is_a_cut(vendor, provider, prompt):
    vendor.reply = streamed(WHOLE[:3], cut=True)

    assert (await failure_of(provider, prompt)).kind == "cut"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "refused"),
        (401, "refused"),
        (404, "refused"),
        (307, "refused"),
        (408, "timeout"),
        (429, "rate_limited"),
        (500, "server"),
        (503, "server"),
    ],
)
async def test_a_refusal_has_a_name_and_says_nothing_of_what_was_sent(
    vendor, provider, prompt, status, kind
):
    vendor.reply = refused(status, location="https://elsewhere.example/")

    failure = await failure_of(provider, prompt)

    assert failure.kind == kind
    assert "secret question" not in str(failure)


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [("7", 7, 7), ("0.5", 0.5, 0.5), ("Fri, 01 Jan 2100 00:00:00 GMT", 1e9, 1e10)],
)
async def test_retry_after_is_read_in_both_forms(vendor, provider, prompt, header, least, most):
    vendor.reply = refused(429, **{"Retry-After": header})

    pause = (await failure_of(provider, prompt)).retry_after

    assert pause is not None
    assert least <= pause <= most


@pytest.mark.parametrize("header", ["soon", "", "nan", "inf", "-5"])
async def test_a_senseless_retry_after_is_none(vendor, provider, prompt, header):
    vendor.reply = refused(429, **{"Retry-After": header})

    assert (await failure_of(provider, prompt)).retry_after is None


async def test_nobody_listening_is_a_refusal(provider, prompt, unused_tcp_port):
    gone = OpenAICompatible(
        provider.client, Secret("k"), f"http://127.0.0.1:{unused_tcp_port}", "m"
    )

    assert (await failure_of(gone, prompt)).kind == "refused"


async def test_every_error_of_httpx_becomes_a_provider_error():
    errors = [
        error
        for error in vars(httpx).values()
        if inspect.isclass(error)
        and issubclass(error, httpx.HTTPError | httpx.StreamError | httpx.InvalidURL)
    ]
    assert len(errors) > 15
    for error in errors:
        with pytest.raises(ProviderError):
            async with failures_named():
                raise error.__new__(error)


@pytest.mark.parametrize("key", ["gsk_\n", "schlüssel", "a\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(key):
    with pytest.raises(ValueError, match="characters that no key has") as refusal:
        OpenAICompatible(httpx.AsyncClient(), Secret(key))

    assert key not in str(refusal.value)
