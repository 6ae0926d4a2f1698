"""F17: one web process has the wrong time. Leases and limits go by the database's clock, so nothing
is claimed twice; Slack's signatures fail closed there, and the other process serves."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from tests.faults.kinds.stage import Stage

_PLACES = ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib", "/lib")
NAME = "libfaketimeMT.so.1"


def find_faketime() -> Path | None:
    """The library that fakes the clock of a process with threads, where it is installed."""
    for place in _PLACES:
        for found in Path(place).glob(f"**/faketime/{NAME}"):
            return found
    return None


@dataclass(frozen=True, slots=True)
class WrongClock:
    """An hour ahead or behind; the monotonic clock, which timeouts go by, stays true."""

    number: str = "F17"
    name: str = "a web process with the wrong time"

    async def strike(self, stage: Stage) -> None:
        library = await asyncio.to_thread(find_faketime)
        if library is None:
            stage.skipped[self.name] = "libfaketime is not installed (apt: faketime libfaketime)"
            return
        web = stage.random.choice(stage.cluster.webs)
        wrong = {
            "LD_PRELOAD": str(library),
            "FAKETIME": stage.random.choice(("+3600s", "-3600s")),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        async with stage.broken(self.name, "acks", note=wrong["FAKETIME"]):
            await stage.supervisor.terminate(web, **wrong)
            await stage.supervisor.back(web)
            await asyncio.sleep(stage.some_time(4.0, 8.0))
            await stage.supervisor.terminate(web)
            await stage.supervisor.back(web)
