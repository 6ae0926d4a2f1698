"""One question to a vendor of embeddings: JSON out, JSON back, within bounds of time and size."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from core.gateway.ports import ProviderError
from core.gateway.providers.wire.failures import failures_named, refusal

SECONDS = 8.0  # a person may be waiting for the answer to a question
# 64 embeddings of 384 numbers are half a megabyte when each number is written with 20 digits.
MOST_BYTES = 8_000_000


async def ask(
    client: httpx.AsyncClient, url: str, headers: Mapping[str, str], body: Mapping[str, Any]
) -> Any:
    """What the vendor answers, as JSON. Raises ProviderError for everything that can go wrong."""
    written = orjson.dumps(body)
    sent = {"content-type": "application/json", "accept-encoding": "identity", **headers}
    try:
        async with (
            asyncio.timeout(SECONDS),
            failures_named(),
            client.stream("POST", url, content=written, headers=sent) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise await refusal(response)
            return orjson.loads(await _body(response))
    except TimeoutError:
        raise ProviderError("timeout", f"no embeddings within {SECONDS:.0f} s") from None
    except orjson.JSONDecodeError:
        raise ProviderError("garbage", "embeddings that are not JSON") from None


async def _body(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > MOST_BYTES:
            raise ProviderError("garbage", "embeddings without an end")
    return bytes(body)
