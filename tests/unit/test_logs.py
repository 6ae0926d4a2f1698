"""A log line is one JSON object, without credentials, whatever went into it."""

import asyncio
import json
import logging
import os
import subprocess
import sys

import asyncpg
import pytest

from bot.logs import LINES_KEPT, JsonFormatter, redact


def line_of(message: str, *args: object, **extra: object) -> dict:
    record = logging.getLogger("x").makeRecord(
        "bot.x", logging.INFO, "f", 1, message, args, None, extra=extra
    )
    return json.loads(JsonFormatter().format(record))


def test_extra_fields_stand_beside_the_message():
    line = line_of("hello %s", "you", reference="abc")

    assert line["message"] == "hello you"
    assert line["reference"] == "abc"
    assert line["level"] == "info"


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-12-ab",
        "xapp-1-A-b",
        "gsk_abc123",
        "Bearer abc.def",
        "sk-" + "a" * 20,
        "AIza" + "b" * 35,
        "xoxe.xoxb-1-x",
    ],
)
def test_what_looks_like_a_credential_is_taken_out(secret):
    assert secret not in line_of("got %s", secret, detail=secret)["message"]
    assert "[redacted]" in redact(f"token={secret}")


def test_a_password_in_an_address_is_taken_out_also_of_a_traceback():
    try:
        raise OSError("cannot reach postgresql://aegis:hunter2@db/aegis")
    except OSError:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})

    assert "hunter2" not in JsonFormatter().format(record)


def test_the_ticket_of_a_socket_is_taken_out_and_the_address_left():
    said = redact("url='wss://wss.slack.com/link/?ticket=1a-b%2F_c.d&app_id=5'")

    assert said == "url='wss://wss.slack.com/link/?ticket=[redacted]&app_id=5'"


def test_line_breaks_make_no_second_record():
    record = logging.makeLogRecord({"msg": 'a\n{"level":"error"}'})

    assert "\n" not in JsonFormatter().format(record)


def refused(
    kind: type[asyncpg.PostgresError], message: str, **fields: str
) -> asyncpg.PostgresError:
    error = kind(message)
    for name, value in fields.items():
        setattr(error, name, value)
    return error


QUOTING = [
    refused(
        asyncpg.UniqueViolationError,
        'duplicate key value violates unique constraint "document_key"',
        detail="Key (title)=(our secret plan) already exists.",
        constraint_name="document_key",
    ),
    refused(asyncpg.InvalidTextRepresentationError, 'invalid input: "our secret plan"'),
    refused(asyncpg.UndefinedTableError, 'relation "x" is gone', detail="our secret plan"),
]


@pytest.mark.parametrize("error", QUOTING, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("how", ["alone", "cause", "context", "group"])
def test_what_the_server_quotes_of_a_row_stays_out_of_the_log(error, how):
    outer: BaseException = RuntimeError("not stored")
    if how == "alone":
        outer = error
    elif how == "group":
        outer = ExceptionGroup("several", [error])
    elif how == "cause":
        outer.__cause__ = error
    else:
        outer.__context__ = error
    told = JsonFormatter().format(
        logging.makeLogRecord({"msg": "failed", "exc_info": (type(outer), outer, None)})
    )

    assert "our secret plan" not in told
    assert f"[SQLSTATE {error.sqlstate}" in told
    assert type(error).__name__ in told


LOUD = """
import logging, sys, time
from bot.logs import set_up_logs
set_up_logs("INFO")
log = logging.getLogger("bot.test")
began = time.monotonic()
for number in range(30_000):
    log.info("line %s %s", number, "x" * 50)
print(f"{time.monotonic() - began:.3f}", flush=True)
sys.stdin.readline()
log.info("after")
"""


async def _until(reader: asyncio.StreamReader, words: bytes) -> list[bytes]:
    lines = []
    async with asyncio.timeout(20):
        while words not in (lines or [b""])[-1]:
            lines.append(await reader.readline())
            assert lines[-1], lines[-5:]
    return lines


async def test_f29_a_log_that_nobody_reads_stops_nobody_and_what_was_dropped_is_counted():
    """The pipe is full after 64 kB: work goes on, and ends; then somebody reads."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        LOUD,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        limit=1000,  # asyncio itself reads no more than twice this ahead
    )
    took = float(await asyncio.wait_for(process.stdout.readline(), 20))
    lines = await _until(process.stderr, b"lines were dropped")
    process.stdin.write(b"\n")
    rest = await _until(process.stderr, b'"after"')
    await asyncio.wait_for(process.communicate(), 10)
    told = [json.loads(line) for line in lines + rest]
    dropped = sum(int(line["lines"]) for line in told if "dropped" in line["message"])
    written = [line for line in told if line["message"].startswith("line ")]

    assert took < 15
    assert process.returncode == 0
    assert len(written) >= LINES_KEPT
    assert 30_000 - len(written) == dropped


async def test_f29_a_process_ends_though_nobody_reads_its_log():
    reading, writing = os.pipe()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        LOUD,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=writing,
    )
    os.close(writing)
    try:
        assert await asyncio.wait_for(process.wait(), 20) == 0
    finally:
        os.close(reading)
