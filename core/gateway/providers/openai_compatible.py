"""Groq, Ollama, vLLM and all who speak OpenAI's chat completions, over httpx.

Source: https://platform.openai.com/docs/api-reference/chat/create and
https://console.groq.com/docs/api-reference#chat-create
"""

import math
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from core.gateway.model import Delta, Finished, Usage
from core.gateway.ports import AnswerStream, FailureKind, ProviderError
from core.gateway.prompt import Prompt
from core.gateway.providers.completion_chunk import DONE, read_chunk
from core.gateway.providers.server_sent_events import EventReader, EventTooLarge
from core.kernel.secret import Secret

GROQ_BASE_URL = "https://api.groq.com/openai/v1"
GROQ_MODEL = "openai/gpt-oss-120b"
MOST_ANSWER_TOKENS = 4_096

# The gateway holds the clock of an answer; these only end a connection that is dead.
TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=10.0, pool=5.0)


def open_http_client(*, proxy: str | None = None) -> httpx.AsyncClient:
    """The client all providers share: HTTP/2, certificates verified, no redirects.

    `trust_env` is off so that neither a .netrc nor the environment decides where prompts go.
    """
    return httpx.AsyncClient(
        http2=True,
        proxy=proxy,
        timeout=TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=20),
    )


@dataclass(frozen=True, slots=True)
class OpenAICompatible:
    """One model at one base URL. Without a key, none is sent (Ollama and vLLM need none)."""

    client: httpx.AsyncClient
    key: Secret
    base_url: str = GROQ_BASE_URL
    model: str = GROQ_MODEL
    name: str = "groq"

    def __post_init__(self) -> None:
        if not (self.key.reveal().isascii() and self.key.reveal().isprintable()):
            raise ValueError(f"the key of {self.name} has characters that no key has")

    async def stream(self, prompt: Prompt) -> AnswerStream:
        """Raises ProviderError for everything that can go wrong, and nothing else."""
        async with _failures_named(), self._request(prompt) as response:
            if response.status_code != httpx.codes.OK:
                raise _refusal(response)
            answer = _Answer(self.model, self.name)
            async for data in _events(response):
                if data == DONE:
                    break
                text = answer.take(data)
                if text:
                    yield Delta(text)
            yield answer.finished()

    @asynccontextmanager
    async def _request(self, prompt: Prompt) -> AsyncGenerator[httpx.Response, None]:
        headers = {"accept": "text/event-stream", "accept-encoding": "identity"}
        if self.key:
            headers["authorization"] = f"Bearer {self.key.reveal()}"
        async with self.client.stream(
            "POST",
            f"{self.base_url.rstrip('/')}/chat/completions",
            json=_body(self.model, prompt),
            headers=headers,
        ) as response:
            yield response


class _Answer:
    """What the stream has said so far about how it ends."""

    def __init__(self, model: str, provider: str) -> None:
        self._model = model
        self._provider = provider
        self._reason: str | None = None
        self._usage = Usage()

    def take(self, data: bytes) -> str:
        chunk = read_chunk(data)
        self._reason = chunk.reason or self._reason
        self._usage = chunk.usage or self._usage
        return chunk.text

    def finished(self) -> Finished:
        """Raises ProviderError (cut) when nobody said that the answer was whole."""
        if self._reason is None:
            raise ProviderError("cut", "the stream ended before the answer")
        return Finished(self._model, self._provider, self._usage, self._reason)


def _body(model: str, prompt: Prompt) -> dict[str, Any]:
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": prompt.system_text()},
            {"role": "user", "content": prompt.user_text()},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": MOST_ANSWER_TOKENS,
        "temperature": 0.2,
    }


async def _events(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    reader = EventReader()
    async for chunk in response.aiter_bytes():
        for data in reader.feed(chunk):
            yield data
    for data in reader.finish():
        yield data


@asynccontextmanager
async def _failures_named() -> AsyncGenerator[None, None]:
    """Every httpx error as a ProviderError; the test of this module walks through all of them."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise ProviderError("timeout", type(error).__name__) from error
    except (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
        raise ProviderError("refused", type(error).__name__) from error
    except (httpx.DecodingError, httpx.InvalidURL, EventTooLarge) as error:
        raise ProviderError("garbage", type(error).__name__) from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise ProviderError("cut", type(error).__name__) from error


def _refusal(response: httpx.Response) -> ProviderError:
    status = response.status_code
    kind: FailureKind = "refused"
    if status == httpx.codes.TOO_MANY_REQUESTS:
        kind = "rate_limited"
    elif status == httpx.codes.REQUEST_TIMEOUT:
        kind = "timeout"
    elif status >= httpx.codes.INTERNAL_SERVER_ERROR:
        kind = "server"
    pause = _seconds(response.headers.get("retry-after", ""))
    return ProviderError(kind, f"HTTP {status}", retry_after=pause)


def _seconds(retry_after: str) -> float | None:
    """RFC 9110 §10.2.3: a number of seconds, or a date. None when it makes no sense."""
    try:
        pause = float(retry_after)
    except ValueError:
        try:
            pause = parsedate_to_datetime(retry_after).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return pause if pause > 0 and math.isfinite(pause) else None
