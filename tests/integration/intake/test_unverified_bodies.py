"""Bodies that nobody has verified yet, over raw sockets: refused early, cut, and bounded over all."""

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bot.intake.http import LARGEST_BODY
from tests.integration.intake.conftest import message, signed


async def raw_answer(url: str, headers: str, body: bytes, *, whole: bool = False) -> bytes:
    """The first line of what comes back for bytes that no client library would send; or its head."""
    host, port = url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"POST /slack/events HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode() + body)
    try:
        end = b"\r\n\r\n" if whole else b"\r\n"
        return await asyncio.wait_for(reader.readuntil(end), 10)
    finally:
        writer.close()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_packed_body_is_401_and_is_not_unpacked(front, encoding, caplog):
    body = json.dumps(message("EvPacked")).encode()
    sent = signed(body) | {"Content-Encoding": encoding}
    answer = await raw_answer(front.url, lines(sent, len(body)), body)

    assert b" 401 " in answer
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "headers",
    ["Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", ""],
    ids=["no chunk", "two lengths", "no length"],
)
async def test_what_is_not_http_is_refused_and_nothing_of_it_is_logged(front, headers, caplog):
    sent = "".join(f"{name}: {value}\r\n" for name, value in signed(b"hello").items())
    answer = await raw_answer(front.url, sent + headers, b"5\r\nhello\r\ncanary-of-the-body\r\n")

    assert b" 40" in answer
    assert "canary-of-the-body" not in caplog.text
    assert "Traceback" not in caplog.text


def lines(headers: dict[str, str], length: int) -> str:
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{named}Content-Length: {length}\r\n"


async def test_a_body_that_trickles_in_is_cut(front, monkeypatch):
    monkeypatch.setattr("bot.intake.http.LONGEST_BODY_SECONDS", 0.2)

    assert b" 408 " in await raw_answer(front.url, lines(signed(b"{}"), 100), b"{")


@pytest.mark.parametrize(
    ("headers", "length", "status"),
    [
        ({}, 100, b" 401 "),
        (signed(b"{}") | {"X-Slack-Signature": "v0=short"}, 100, b" 401 "),
        (signed(b"{}") | {"X-Slack-Request-Timestamp": "yesterday"}, 100, b" 401 "),
        (signed(b"{}") | {"Content-Encoding": "gzip"}, 100, b" 401 "),
        (signed(b"{}"), LARGEST_BODY + 1, b" 413 "),
    ],
    ids=["no headers", "no signature", "no timestamp", "packed", "too large"],
)
async def test_what_its_headers_refuse_is_answered_before_its_body_comes(
    front, headers, length, status, monkeypatch
):
    monkeypatch.setattr("bot.intake.http.LONGEST_BODY_SECONDS", 60.0)  # none comes in that time

    assert status in await raw_answer(front.url, lines(headers, length), b"")


@pytest.fixture
def little_room(monkeypatch) -> int:
    monkeypatch.setattr("bot.intake.http.MOST_UNVERIFIED", 1000)
    return 1000


@asynccontextmanager
async def half_sent(url: str, sent: int, *, announced: int | None = None):
    """A request that looks signed, and of whose body so many bytes have come."""
    host, port = url.split("/")[2].split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = lines(signed(b"another body"), announced or sent + 1)
    writer.write(f"POST /slack/events HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode() + b"x" * sent)
    await writer.drain()
    try:
        yield
    finally:
        writer.close()
        await writer.wait_closed()


async def until_answered(front, status: int) -> None:
    """Until a rightly signed event is answered with this status."""
    async with asyncio.timeout(30):
        while await front.send("EvRoom") != status:
            pass


async def test_what_nobody_has_verified_takes_so_much_memory_and_no_more(
    little_room, front, monkeypatch
):
    monkeypatch.setattr("bot.intake.http.LONGEST_BODY_SECONDS", 60.0)
    async with half_sent(front.url, little_room - 10):
        await until_answered(front, 503)
        body = b"x" * 100
        refused = await raw_answer(front.url, lines(signed(body), len(body)), body, whole=True)

    assert b" 503 " in refused
    assert b"\r\nRetry-After: 1\r\n" in refused
    await until_answered(front, 200)  # that one is gone, and there is room again


async def test_who_announces_much_and_sends_nothing_takes_nobodys_room(little_room, front):
    async with AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(half_sent(front.url, 1, announced=LARGEST_BODY))

        assert await front.send("EvBeside") == 200


async def test_f17_a_rightly_signed_request_of_another_time_is_401_and_an_alarm(front, caplog):
    """Its body is read although it is refused: whether it is signed tells that a clock is wrong."""
    assert await front.send("EvLate", age=3600) == 401
    assert "this machine's clock is wrong" in caplog.text
