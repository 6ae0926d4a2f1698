"""A model behind an OpenAI-compatible address: its answer is streamed; its failures are words."""

import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.stage import spoken

ASK = '[{workspace: northwind, person: ana, in: dm, say: "What is the bike stipend?"}]'


@asynccontextmanager
async def vendor(answer):
    """A model server whose chat endpoint is *answer*; yields its base URL and what it was sent."""
    received = []

    async def chat(request: web.Request) -> web.StreamResponse:
        received.append(await request.json())
        return await answer(request)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1", received
    finally:
        await runner.cleanup()


async def streams(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    words = ["The stipend is **900 euros** [1].\n\n", "```\ncode <!channel>\n", "```\n", "<@U123>"]
    for word in words:
        chunk = {"choices": [{"index": 0, "delta": {"content": word}}]}
        await response.write(f"data: {json.dumps(chunk)}\n\n".encode())
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    await response.write(f"data: {json.dumps(end)}\n\ndata: [DONE]\n\n".encode())
    return response


async def fails(request: web.Request) -> web.StreamResponse:
    return web.json_response({"error": {"message": "secret internals"}}, status=500)


async def babbles(request: web.Request) -> web.StreamResponse:
    return web.Response(text="data: {not json}\n\n", content_type="text/event-stream")


async def ask(stage_with, url: str):
    model = {"openai_compatible_base_url": url, "openai_compatible_model": "test-model"}
    async with stage_with(settings=model) as stage:
        await stage.add_document(
            "northwind",
            "Handbook.md",
            "# Handbook\n\n## Bike stipend\n\nYou can claim 900 euros.\n",
        )
        return await stage.play(ASK)


async def test_its_answer_is_streamed_with_sources_and_pings_nobody(stage_with):
    async with vendor(streams) as (url, received):
        lines = await ask(stage_with, url)

    answer = spoken(lines, "stream_stop")
    assert "900 euros" in answer
    assert "Handbook.md" in answer
    assert "<!channel>" not in answer
    assert "<@U123>" not in answer
    # Of other stages' persons something may have been left in the queue.
    request = next(one for one in received if "bike stipend" in json.dumps(one))
    assert request["stream"] is True
    assert "You can claim 900 euros." in json.dumps(request["messages"])


@pytest.mark.parametrize("failure", [fails, babbles])
async def test_when_it_fails_the_person_reads_an_apology_without_internals(stage_with, failure):
    async with vendor(failure) as (url, _):
        lines = await ask(stage_with, url)

    said = spoken(lines, "stream_stop")
    assert "Sorry, no model answered just now" in said
    assert "internals" not in str(lines)


async def test_when_it_is_not_there_at_all(stage_with, unused_tcp_port):
    lines = await ask(stage_with, f"http://127.0.0.1:{unused_tcp_port}/v1")

    assert "Sorry, no model answered just now" in spoken(lines, "stream_stop")
