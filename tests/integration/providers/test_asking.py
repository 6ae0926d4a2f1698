"""What holds for every vendor on the wire: one connection, no compression, and an end to all waiting."""

import asyncio
import gzip
import time

import pytest
from aiohttp import web

from core.gateway.model import Delta
from core.gateway.ports import ProviderError
from core.gateway.providers.openai.adapter import OpenAICompatible
from core.gateway.providers.wire.client import TIMEOUT
from core.kernel.secret import Secret
from tests.integration.gateway_vendor import DONE, WHOLE, hanging, streamed
from tests.integration.providers.vendor import answer_of, outcome_of


@pytest.fixture
def provider(vendor, client):
    return OpenAICompatible(client, Secret("gsk_planted"), f"{vendor.url}v1", "m-1")


async def test_one_connection_carries_one_answer_after_the_other(vendor, provider, prompt):
    vendor.replies.append(streamed(WHOLE))

    for _ in range(5):
        await answer_of(provider, prompt)

    assert len({asked.port for asked in vendor.asked}) == 1


async def test_answers_at_once_do_not_wait_for_each_other(vendor, provider, prompt):
    vendor.replies.append(streamed(WHOLE))

    answers = await asyncio.gather(*(answer_of(provider, prompt) for _ in range(20)))

    assert {text for text, _ in answers} == {"18 weeks für alle 🚲 [1]"}


async def test_a_vendor_that_stays_after_its_last_word_is_left(vendor, provider, prompt):
    gone = asyncio.Event()
    vendor.replies.append(hanging(WHOLE, gone))

    assert (await answer_of(provider, prompt))[0] == "18 weeks für alle 🚲 [1]"

    async with asyncio.timeout(5):
        await gone.wait()


async def test_what_comes_after_the_last_word_is_not_read_out(vendor, provider, prompt):
    vendor.replies.append(streamed([*WHOLE, WHOLE[2], b"x" * 1_000_000, DONE]))

    assert (await answer_of(provider, prompt))[0] == "18 weeks für alle 🚲 [1]"


async def test_the_last_event_needs_no_line_to_close_it(vendor, provider, prompt):
    vendor.replies.append(streamed([*WHOLE[:5], WHOLE[5].rstrip()]))

    assert await outcome_of(provider, prompt) == "finished"


async def test_nothing_compressed_is_asked_for_or_unfolded(vendor, provider, prompt):
    async def compressed(request: web.Request) -> web.StreamResponse:
        headers = {"content-encoding": "gzip", "content-type": "text/event-stream"}
        return web.Response(body=gzip.compress(b"data: " + b"x" * 10_000_000), headers=headers)

    vendor.replies.append(compressed)

    assert await outcome_of(provider, prompt) == "garbage"
    assert vendor.asked[0].headers["accept-encoding"] == "identity"


async def test_a_refusal_that_never_ends_is_not_waited_for(vendor, provider, prompt):
    async def dripping(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=429, headers={"retry-after": "7"})
        await response.prepare(request)
        await response.write(b'{"error": ')
        await asyncio.Event().wait()
        return response

    vendor.replies.append(dripping)
    start = time.monotonic()

    with pytest.raises(ProviderError) as refusal:
        await answer_of(provider, prompt)

    assert (refusal.value.kind, refusal.value.retry_after) == ("rate_limited", 7)
    assert time.monotonic() - start < TIMEOUT.read


async def test_a_refusal_of_any_size_is_cut(vendor, provider, prompt):
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=500)
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    vendor.replies.append(endless)

    assert await outcome_of(provider, prompt) == "server"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "tool_use_failed", "garbage"),
        (400, "json_validate_failed", "garbage"),
        (400, "context_length_exceeded", "refused"),
        (403, "tool_use_failed", "garbage"),
        (503, "tool_use_failed", "server"),
    ],
)
async def test_calls_that_the_vendor_could_not_read_are_garbage(
    vendor, provider, prompt, status, code, kind
):
    async def failed(request: web.Request) -> web.StreamResponse:
        error = {"message": "planted", "code": code, "failed_generation": "<function=planted"}
        return web.json_response({"error": error}, status=status)

    vendor.replies.append(failed)

    assert await outcome_of(provider, prompt) == kind


async def test_retry_after_may_come_in_milliseconds(vendor, provider, prompt):
    async def hurried(request: web.Request) -> web.StreamResponse:
        return web.Response(status=429, headers={"retry-after-ms": "1500"})

    vendor.replies.append(hurried)

    with pytest.raises(ProviderError) as refusal:
        await answer_of(provider, prompt)

    assert refusal.value.retry_after == 1.5


async def test_a_question_that_json_cannot_hold_is_refused(vendor, provider, asking):
    unholdable = {"type": "object", "default": object()}

    assert await outcome_of(provider, asking(answer_schema=unholdable)) == "refused"
    assert vendor.asked == []


async def test_a_stop_hangs_up(vendor, provider, prompt):
    gone = asyncio.Event()
    vendor.replies.append(hanging(WHOLE[:3], gone))
    stream = provider.stream(prompt)
    assert await anext(stream) == Delta("18 weeks")

    await stream.aclose()

    async with asyncio.timeout(5):
        await gone.wait()
