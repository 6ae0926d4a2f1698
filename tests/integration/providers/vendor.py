"""A model vendor on loopback that takes any path, replies as told and remembers what it was asked."""

import json
from dataclasses import dataclass

import httpx
from aiohttp import web
from aiohttp.test_utils import TestServer

from core.gateway.model import Delta, Finished
from core.gateway.ports import Provider, ProviderError
from core.gateway.prompt import Prompt
from tests.integration.gateway_vendor import Reply, streamed


@dataclass(frozen=True)
class Asked:
    """One request; *port* is the caller's, so that connections can be counted."""

    url: str
    headers: httpx.Headers
    body: dict
    port: int


class AnyVendor:
    """*replies* are given in turn, the last one for ever."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[Asked] = []
        app = web.Application()
        app.router.add_post("/{path:.*}", self._take)
        self.server = TestServer(app, host="127.0.0.1", handler_cancellation=True)

    @property
    def url(self) -> str:
        return str(self.server.make_url("/"))

    def says(self, *events: bytes | dict | str) -> None:
        """The next reply: events as they go over the wire; a dict is one event's data."""
        self.replies.append(streamed([sent(event) for event in events]))

    async def _take(self, request: web.Request) -> web.StreamResponse:
        port = request.transport.get_extra_info("peername")[1]
        headers = httpx.Headers(dict(request.headers))
        self.asked.append(Asked(str(request.rel_url), headers, await request.json(), port))
        return await self.replies[min(len(self.asked), len(self.replies)) - 1](request)


def sent(event: bytes | dict | str) -> bytes:
    """One event as bytes; an Anthropic event carries its type as a name too."""
    if isinstance(event, bytes):
        return event
    if isinstance(event, str):
        return event.encode()
    named = f"event: {event['type']}\n" if "type" in event else ""
    return f"{named}data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


async def answer_of(provider: Provider, prompt: Prompt) -> tuple[str, Finished]:
    *deltas, last = [item async for item in provider.stream(prompt)]
    assert isinstance(last, Finished)
    assert all(isinstance(delta, Delta) for delta in deltas)
    return "".join(delta.text for delta in deltas), last


async def outcome_of(provider: Provider, prompt: Prompt) -> str:
    """The kind of the failure, or `finished`. Anything but a ProviderError is for the test to see."""
    failure = None
    try:
        await answer_of(provider, prompt)
    except ProviderError as error:
        failure = error
    # Nothing of what a vendor says may be in the log.
    assert "planted" not in str(failure)
    return failure.kind if failure else "finished"
