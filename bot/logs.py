"""Logs: one JSON object a line, with whatever looks like a credential taken out."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime

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
            line["exception"] = redact("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(line, ensure_ascii=False)


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
