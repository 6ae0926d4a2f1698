"""A model vendor in a process of its own: `python -m bench.streams.vendor [tokens a second]`.

It answers every completion with server-sent events at a steady pace, chunked as real vendors
send them, and writes into each token when it was sent.
"""

import asyncio
import gc
import json
import re
import sys
import time
from typing import Any

TOKENS_PER_S = 20
_RATE = int(sys.argv[1]) if __name__ == "__main__" and sys.argv[1:] else TOKENS_PER_S
# Longer than anybody listens: the reader hangs up when it has seen enough.
ANSWER_SECONDS = 30.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    b"cache-control: no-cache\r\n\r\n"
)
_STAMP = b"STAMP"


def _event(delta: dict[str, str], reason: str | None = None) -> bytes:
    body: dict[str, Any] = {
        "id": "chatcmpl-7c1f0f5e2b",
        "object": "chat.completion.chunk",
        "created": 1_795_458_939,
        "model": "bench",
        "system_fingerprint": "fp_bench",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}],
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


_BEFORE, _AFTER = _event({"content": _STAMP.decode()}).split(_STAMP)
_END = _chunk(_event({}, "stop") + b"data: [DONE]\n\n") + _chunk(b"")


class Answer(asyncio.Protocol):
    """One connection: for each request a paced answer, then the next request."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        length = _LENGTH.search(self._buffer) if head >= 0 else None
        if length and len(self._buffer) >= head + 4 + int(length[1]):
            self._buffer = b""
            self._transport.write(_HEAD)
            self._token(self._loop.time(), int(_RATE * ANSWER_SECONDS))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()

    def _token(self, due: float, left: int) -> None:
        if not left:
            self._transport.write(_END)
            return
        # The clock is the machine's: the reader takes its own look at the same one.
        stamp = b"%d " % time.monotonic_ns()
        self._transport.write(_chunk(_BEFORE + stamp + _AFTER))
        due += 1 / _RATE
        self._timer = self._loop.call_at(due, self._token, due, left - 1)


async def serve() -> None:
    gc.disable()
    server = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    print(f"a model vendor serves on http://127.0.0.1:{port}")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
