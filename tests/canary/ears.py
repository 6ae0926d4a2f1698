"""Where the net listens. Each ear hands on what it hears, unchanged, to whom it was meant for."""

import asyncio
import functools
import logging
import re
import subprocess
from asyncio import selector_events
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.sandbox.model.feed import Feed
from core.gateway.prompt import Prompt
from tests.canary.net import Net

_TAIL = 64  # characters of one write that are heard again with the next: a canary may lie across
_CHUNK = re.compile(rb"\r\n[0-9a-fA-F]{1,6}\r\n")  # RFC 9112: what stands between two chunks
_FORMATTER = logging.Formatter()
_TRANSPORT = selector_events._SelectorSocketTransport
_STANDARD = frozenset(vars(logging.makeLogRecord({})))


@contextmanager
def listening(net: Net) -> Iterator[None]:
    """Logs, prompts, what the sandbox shows, what leaves on a socket, what subprocesses print."""
    ears: list[tuple[Any, str, Callable[..., Any]]] = [
        (logging.Logger, "handle", _log(net)),
        (Prompt, "__post_init__", _prompt(net)),
        (Feed, "publish", _feed(net)),
        *(
            (_TRANSPORT, name, _wire(net))
            for name in ("write", "writelines")
            if name in vars(_TRANSPORT)
        ),
        (asyncio.StreamReader, "feed_data", _stream(net)),
        (subprocess.Popen, "communicate", _output(net)),
    ]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in ears]
    for (owner, name, ear), (_, _, original) in zip(ears, before, strict=True):
        setattr(owner, name, _beside(original, ear))
    try:
        yield
    finally:
        for owner, name, original in before:
            setattr(owner, name, original)


def _beside(original: Callable[..., Any], ear: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def heard(*args: Any, **options: Any) -> Any:
        result = original(*args, **options)
        ear(result, *args, **options)
        return result

    return heard


def _log(net: Net) -> Callable[..., Any]:
    def ear(_: Any, logger: logging.Logger, record: logging.LogRecord) -> None:
        try:
            said = _FORMATTER.format(record)
        except Exception:
            said = f"{record.msg} {record.args}"  # a record that cannot be formatted
        more = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        net.listen(f"a log line of {record.name}", f"{said} {more}")

    return ear


def _prompt(net: Net) -> Callable[..., Any]:
    def ear(_: Any, prompt: Prompt, *__: Any) -> None:
        net.listen("a prompt", f"{prompt.system_text()}\n{prompt.user_text()}")

    return ear


def _feed(net: Net) -> Callable[..., Any]:
    def ear(change: Any, *_: Any, **__: Any) -> None:
        shown = f"{change.text} {change.message.to_page() if change.message else ''}"
        place = f"what {', '.join(change.seen_by)} saw in {change.workspace} {change.channel}"
        net.listen(place, shown)

    return ear


def _wire(net: Net) -> Callable[..., Any]:
    """Requests to Slack and to models, replies, pages, metrics: all but what goes to PostgreSQL."""

    def ear(_: Any, transport: Any, data: Any) -> None:
        peer = transport.get_extra_info("peername")
        if isinstance(peer, str | bytes):  # a socket in the file system: PostgreSQL's
            return
        tail = getattr(transport, "_canary_tail", b"")
        said = tail + (b"".join(data) if isinstance(data, list | tuple) else bytes(data))
        transport._canary_tail = said[-_TAIL:]
        said = _CHUNK.sub(b"", said)
        if net.mark.encode() in said:
            net.listen(f"what was sent to {peer}", said)

    return ear


def _stream(net: Net) -> Callable[..., Any]:
    def ear(_: Any, reader: asyncio.StreamReader, data: bytes) -> None:
        tail = getattr(reader, "_canary_tail", b"")
        said = tail + data
        reader._canary_tail = said[-_TAIL:]  # type: ignore[attr-defined]
        net.listen("what was read from a process or a connection", said)

    return ear


def _output(net: Net) -> Callable[..., Any]:
    def ear(result: Any, process: "subprocess.Popen[Any]", *_: Any, **__: Any) -> None:
        for said in filter(None, result):
            net.listen(f"what {_name(process)} printed", said)

    return ear


def _name(process: "subprocess.Popen[Any]") -> str:
    args = process.args
    return str(args[0] if isinstance(args, list | tuple) else args)
