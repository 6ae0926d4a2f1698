"""The load generator, a process of its own: `python -m bench.intake.load < plan.json`.

Keep-alive connections on bare asyncio protocols, one request under way on each; every request is
another signed event. It prints one JSON object: what was answered, how fast, how late.
"""

import asyncio
import gc
import json
import re
import sys
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass

from bench.intake.events import SignedEvents

# Signed before the clock starts, so that the client is not the limit.
MADE_BEFORE = 30_000
LONGEST_WAIT_SECONDS = 30.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send where. Requests of the first *warm_up* seconds are sent, but not counted."""

    port: int
    path: str
    secret: str
    teams: tuple[str, ...]
    seconds: float = 5.0
    warm_up: float = 1.0
    connections: int = 32
    made_before: int = MADE_BEFORE


@dataclass(frozen=True, slots=True)
class Report:
    """*statuses* counts all answers, *per_s* and the latencies those inside the measured time."""

    statuses: dict[str, int]
    per_s: float
    p50_ms: float
    p99_ms: float

    @property
    def accepted(self) -> int:
        return self.statuses.get("200", 0)


class Run:
    """The clock, the store of requests and the counters that all connections share."""

    def __init__(self, plan: Plan) -> None:
        self._events = SignedEvents(f"127.0.0.1:{plan.port}", plan.path, plan.secret, plan.teams)
        self._ready = deque(self._events.make() for _ in range(plan.made_before))
        self._plan = plan
        self.statuses: Counter[str] = Counter()
        self.waits: list[float] = []
        self.counts_from = self.ends = 0.0

    def start(self) -> None:
        self.counts_from = time.perf_counter() + self._plan.warm_up
        self.ends = self.counts_from + self._plan.seconds

    def next_request(self) -> bytes:
        return self._ready.popleft() if self._ready else self._events.make()

    def answered(self, status: str, sent: float, now: float) -> None:
        self.statuses[status] += 1
        if status == "200" and self.counts_from <= now < self.ends:
            self.waits.append(now - sent)

    def report(self) -> Report:
        waits = sorted(self.waits) or [0.0]
        return Report(
            dict(self.statuses),
            len(self.waits) / self._plan.seconds,
            1000 * waits[len(waits) // 2],
            1000 * waits[len(waits) * 99 // 100],
        )


class Connection(asyncio.Protocol):
    """Sends, waits for the whole answer, sends the next, until the time is over."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        assert self._transport is not None
        self._sent = time.perf_counter()
        if self._sent >= self._run.ends:
            self._transport.close()
            return
        self._transport.write(self._run.next_request())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        length = _LENGTH.search(self._buffer, 0, head + 2)
        if len(self._buffer) < head + 4 + int(length[1] if length else 0):
            return
        status, self._buffer = self._buffer[9:12].decode(), b""
        self._run.answered(status, self._sent, time.perf_counter())
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if time.perf_counter() < self._run.ends:
            self._run.statuses["lost"] += 1
        if not self.closed.done():
            self.closed.set_result(None)


async def generate(plan: Plan) -> Report:
    """Raises TimeoutError when answers stay away."""
    run = Run(plan)
    # Nothing here is cyclic, and a collection would look like a slow server.
    gc.disable()
    run.start()
    loop = asyncio.get_running_loop()
    opened = await asyncio.gather(
        *(
            loop.create_connection(lambda: Connection(run), "127.0.0.1", plan.port)
            for _ in range(plan.connections)
        )
    )
    async with asyncio.timeout(plan.warm_up + plan.seconds + LONGEST_WAIT_SECONDS):
        await asyncio.gather(*(connection.closed for _, connection in opened))
    return run.report()


def main() -> None:
    plan = Plan(**json.load(sys.stdin))
    print(json.dumps(asdict(asyncio.run(generate(plan)))))


if __name__ == "__main__":
    main()
