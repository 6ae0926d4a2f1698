"""One question over HTTP: a JSON body out, server-sent events back, and an end that is checked."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, Protocol

import httpx
import orjson

from core.gateway.model import Delta, Finished
from core.gateway.ports import AnswerStream, ProviderError
from core.gateway.providers.wire.failures import failures_named, refusal
from core.gateway.providers.wire.server_sent_events import EventReader

# What may still come after the last event. Read to its end, a connection can be used again.
MOST_REST_BYTES = 65_536
REST_SECONDS = 0.2

_HEADERS = {
    "accept": "text/event-stream",
    # A compressed stream is a late one, and a small one can unfold into a large one.
    "accept-encoding": "identity",
    "content-type": "application/json",
}


class Answer(Protocol):
    """What a vendor's events have said so far."""

    @property
    def is_over(self) -> bool:
        """Whether the vendor has said that nothing more comes."""
        ...

    def take(self, data: bytes) -> str | None:
        """The text of one event; empty where the model only thinks or writes a call; None where
        it does nothing. Raises ProviderError, and whatever reading a form of another kind raises."""
        ...

    def finished(self) -> Finished:
        """Raises ProviderError (cut) when nobody said that the answer was whole."""
        ...


async def ask(
    client: httpx.AsyncClient,
    url: str,
    headers: Mapping[str, str],
    body: Mapping[str, Any],
    answer: Answer,
) -> AnswerStream:
    """Raises ProviderError for everything that can go wrong, and nothing else."""
    async with (
        failures_named(),
        client.stream(
            "POST", url, content=_written(body), headers={**_HEADERS, **headers}
        ) as response,
    ):
        if response.status_code != httpx.codes.OK:
            raise await refusal(response)
        if response.headers.get("content-encoding", "identity") != "identity":
            raise ProviderError("garbage", "an encoding that was not asked for")
        reader = EventReader()
        chunks = response.aiter_raw()
        async for chunk in chunks:
            for data in reader.feed(chunk):
                text = _taken(answer, data)
                if text is not None:
                    yield Delta(text)
                if answer.is_over:
                    break
            if answer.is_over:
                await _read_rest(chunks)
                break
        else:
            for data in reader.finish():
                text = _taken(answer, data)
                if text is not None:
                    yield Delta(text)
        yield answer.finished()


def _written(body: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:
        raise ProviderError(
            "refused", "a question that JSON cannot hold", about_request=True
        ) from None


def _taken(answer: Answer, data: bytes) -> str | None:
    if not data.strip():
        return None  # so proxies keep a connection alive: it says nothing
    try:
        return answer.take(data)
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError):
        raise ProviderError("garbage", "an event of another form") from None


async def _read_rest(chunks: AsyncIterator[bytes]) -> None:
    left = MOST_REST_BYTES
    with suppress(TimeoutError, httpx.HTTPError, httpx.StreamError):
        async with asyncio.timeout(REST_SECONDS):
            async for chunk in chunks:
                left -= len(chunk)
                if left < 0:
                    break
