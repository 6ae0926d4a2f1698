"""Starts again what has died, as systemd or an orchestrator would, and says when it is back."""

import asyncio
import signal
from collections.abc import Sequence

from tests.faults.cluster.processes import DidNotStart, Program


class Supervisor:
    """One task a program. `deaths` counts the ends that nobody here had asked for."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.deaths: dict[str, int] = {program.name: 0 for program in programs}
        self._next_start: dict[str, dict[str, str]] = {}
        self._planned: set[str] = set()
        self._up = {program.name: asyncio.Event() for program in programs}
        self._tasks = [asyncio.create_task(self._keep(program)) for program in programs]
        for event in self._up.values():
            event.set()

    async def kill(self, program: Program) -> None:
        """kill -9; it is started again at once. `back` says when it can work."""
        self._expect(program)
        program.signal(signal.SIGKILL)

    async def terminate(self, program: Program, **next_environment: str) -> None:
        """SIGTERM, as a deploy does; what is started next gets *next_environment* besides."""
        self._expect(program)
        self._next_start[program.name] = next_environment
        program.signal(signal.SIGTERM)

    async def back(self, program: Program) -> None:
        """Wait until it has died and is ready again."""
        await self._up[program.name].wait()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def raise_if_failed(self) -> None:
        """Raises DidNotStart when a program could not be started again."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise error

    def _expect(self, program: Program) -> None:
        self._planned.add(program.name)
        self._up[program.name].clear()

    async def _keep(self, program: Program) -> None:
        while True:
            await program.wait()
            if program.name in self._planned:
                self._planned.discard(program.name)
            else:
                self.deaths[program.name] += 1
                self._up[program.name].clear()
            await self._start_again(program)
            self._up[program.name].set()

    async def _start_again(self, program: Program) -> None:
        """While the database is away a program ends at once: it is started until it stays."""
        given = self._next_start.pop(program.name, {})
        for _ in range(20):
            try:
                await program.start(**given)
            except DidNotStart:
                await program.close()  # it may live on without being ready, and keep its port
                await asyncio.sleep(0.5)
            else:
                return
        raise DidNotStart(f"{program.name} did not come back")
