"""Logs: one JSON object a line, with whatever looks like a credential taken out."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime

import asyncpg

from core.audit.chain.checkpoint_file import LOGGER

# What a token looks like, wherever it may turn up: in a URL, in an exception's text.
_CREDENTIAL = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|sk-[\w-]{16,}|gsk_\w+|Bearer\s+[\w.~+/-]+=*|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
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


def set_up_logs(level: str, *, checkpoints: bool = True) -> None:
    """Log to standard error; libraries speak up from WARNING at the earliest.

    Signed *checkpoints* are evidence and no news: where the log is their place, it has them at every
    level.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for ours in ("bot", "core", "handlers", "web_oauth"):
        logging.getLogger(ours).setLevel(level)
    logging.getLogger(LOGGER).setLevel(logging.INFO if checkpoints else logging.ERROR)
