"""Logs: one JSON object a line, with whatever looks like a credential taken out."""

import contextlib
import json
import logging
import os
import queue
import re
import select
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from logging.handlers import QueueHandler

import asyncpg

from core.audit.chain.checkpoint_file import LOGGER

# What a token looks like, wherever it may turn up: in a URL, in an exception's text. With its
# ticket the address of a socket is one too.
_CREDENTIAL = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|sk-[\w-]{16,}|gsk_\w+|AIza[\w-]{16,}|Bearer\s+[\w.~+/-]+=*|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
    r"|(?<=\bticket=)[^&\s'\"]+"
)
# A few seconds of a bad day, or some megabytes.
LINES_KEPT = 10_000
FLUSH_SECONDS = 2.0
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def redact(text: str) -> str:
    return _CREDENTIAL.sub("[redacted]", text)


class JsonFormatter(logging.Formatter):
    """`at level logger message`, the extra fields, and the traceback of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in _STANDARD:
                line[name] = redact(str(value))
        if record.exc_info:
            line["exception"] = redact(_told(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False)


def _told(error: BaseException | None) -> str:
    """The traceback, without what PostgreSQL quotes of rows: people's words are not for a log."""
    text = "".join(traceback.format_exception(error))
    for refusal in _refusals(error, set()):
        if refusal.args:
            # In a group of exceptions every line is set in.
            words = r"\n[ |]*".join(map(re.escape, str(refusal).split("\n")))
            text = _without_rows(refusal).join(re.split(words, text))
    return text


def _without_rows(refusal: asyncpg.PostgresError) -> str:
    """Code and names of our own things; the message too, where it is of no value (PostgreSQL,
    appendix A: class 22 is a value that does not fit, 23 a row that breaks a rule)."""
    state = refusal.sqlstate or ""
    message = "" if state.startswith(("22", "23")) else f"{refusal.args[0]} "
    names = (refusal.table_name, refusal.column_name, refusal.constraint_name)
    return f"{message}[{' '.join(['SQLSTATE', state, *filter(None, names)])}]"


def _refusals(error: BaseException | None, seen: set[int]) -> Iterator[asyncpg.PostgresError]:
    """Those among an error, what caused it and what it holds."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    if isinstance(error, asyncpg.PostgresError):
        yield error
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for one in (error.__cause__, error.__context__, *inner):
        yield from _refusals(one, seen)


class NeverWaiting(QueueHandler):
    """Hands finished lines to a thread of its own. Whoever logs never waits for whoever reads: when
    nobody does, lines are dropped and counted, and the count is the next line that gets through."""

    def __init__(self, write: Callable[[str], None], size: int = LINES_KEPT) -> None:
        lines: queue.Queue[logging.LogRecord] = queue.Queue(size)
        super().__init__(lines)
        self.dropped = 0
        self._lines = lines
        self._write = write
        self.setFormatter(JsonFormatter())
        threading.Thread(target=self._run, name="log", daemon=True).start()

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self._lines.put_nowait(record)
        except queue.Full:
            self.dropped += 1

    def flush(self) -> None:
        """Wait until everything is written, but not for long: the reader may be gone for good."""
        until = time.monotonic() + FLUSH_SECONDS
        while self._lines.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.005)

    def _run(self) -> None:
        while True:
            record = self._lines.get()
            with contextlib.suppress(OSError, ValueError):  # nobody is there to read
                if self.dropped:
                    dropped, self.dropped = self.dropped, 0
                    self._write(self._count(dropped))
                self._write(record.getMessage())
            self._lines.task_done()

    def _count(self, dropped: int) -> str:
        fields = {"name": __name__, "levelno": logging.ERROR, "levelname": "ERROR"}
        words = {"msg": "log lines were dropped: nobody read them", "lines": dropped}
        return self.format(logging.makeLogRecord(fields | words))


def _standard_error() -> Callable[[str], None]:
    """Lines to standard error past Python's own buffer: a thread that is stuck in that one would
    keep the process from ending."""
    stream = sys.stderr
    try:
        number = stream.fileno()
    except (OSError, ValueError):  # a stand-in, as in tests
        return lambda line: print(line, file=stream, flush=True)

    def write(line: str) -> None:
        rest = memoryview(line.encode("utf-8", "backslashreplace") + b"\n")
        while rest:
            select.select([], [number], [])  # it may have been set not to block
            rest = rest[os.write(number, rest) :]

    return write


def set_up_logs(level: str, *, checkpoints: bool = True) -> None:
    """Log to standard error; libraries speak up from WARNING at the earliest.

    Signed *checkpoints* are evidence and no news: where the log is their place, it has them at every
    level.
    """
    handler = NeverWaiting(_standard_error())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for ours in ("bot", "core", "handlers", "web_oauth"):
        logging.getLogger(ours).setLevel(level)
    logging.getLogger(LOGGER).setLevel(logging.INFO if checkpoints else logging.ERROR)
