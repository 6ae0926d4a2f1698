"""Our own processes die, are deployed, stand still, and cannot get rid of what they write."""

import asyncio
import os
import signal
from dataclasses import dataclass

from tests.faults.cluster.processes import Program
from tests.faults.kinds.stage import Stage


@dataclass(frozen=True, slots=True)
class KillWorker:
    """F6: kill -9 in the middle of whatever it does; its leases run out, another goes on."""

    number: str = "F6"
    name: str = "kill -9 a worker"

    async def strike(self, stage: Stage) -> None:
        worker = stage.random.choice(stage.cluster.workers)
        async with stage.broken(self.name, "turns", settle=0) as held:
            pid = worker.pid
            await stage.supervisor.kill(worker)
            held += await stage.held_by(pid)
            await stage.supervisor.back(worker)


@dataclass(frozen=True, slots=True)
class KillWeb:
    """F5: kill -9 before the commit. No 200 was sent, so Slack sends it again."""

    number: str = "F5"
    name: str = "kill -9 a web process"

    async def strike(self, stage: Stage) -> None:
        web = stage.random.choice(stage.cluster.webs)
        async with stage.broken(self.name, "acks"):
            await stage.supervisor.kill(web)
            await stage.supervisor.back(web)


@dataclass(frozen=True, slots=True)
class DeployWeb:
    """F7: SIGTERM under load. Nothing excuses a failed acknowledgement here."""

    number: str = "F7"
    name: str = "deploy a web process"

    async def strike(self, stage: Stage) -> None:
        await _deploy(stage, stage.random.choice(stage.cluster.webs), self.name)


@dataclass(frozen=True, slots=True)
class DeployWorker:
    """F7: what runs is finished or handed back; nothing is lost and nobody waits for a lease."""

    number: str = "F7"
    name: str = "deploy a worker"

    async def strike(self, stage: Stage) -> None:
        await _deploy(stage, stage.random.choice(stage.cluster.workers), self.name, "turns")


@dataclass(frozen=True, slots=True)
class FreezeWorker:
    """A worker stands still for longer than its lease, and wakes up when its work is another's."""

    number: str = "F6"
    name: str = "SIGSTOP a worker"

    async def strike(self, stage: Stage) -> None:
        worker = stage.random.choice(stage.cluster.workers)
        async with stage.broken(self.name, "turns", settle=0):
            worker.signal(signal.SIGSTOP)
            try:
                # So much longer that its mailboxes are another's, who is in the middle of them.
                await asyncio.sleep(stage.cluster.lease_seconds + stage.some_time(0.5, 5.0))
            finally:
                worker.signal(signal.SIGCONT)


@dataclass(frozen=True, slots=True)
class BlockedOutput:
    """F29: nobody reads the pipe that a process logs to, and it is full."""

    number: str = "F29"
    name: str = "block a log pipe"

    async def strike(self, stage: Stage) -> None:
        program = stage.random.choice(stage.cluster.webs)
        reader, writer = os.pipe()
        try:
            await _deploy_onto(stage, program, writer)
            async with stage.broken(self.name, settle=0, note=program.name):
                _fill(writer)
                await asyncio.sleep(stage.some_time(4.0, 7.0))
        finally:
            # With nobody at the other end a write fails; the next start gets the file again.
            os.close(reader)
            os.close(writer)
        async with stage.broken("kill -9 a web process", "acks"):
            await stage.supervisor.kill(program)
            await stage.supervisor.back(program)


async def _deploy(stage: Stage, program: Program, name: str, *excuses: str) -> None:
    async with stage.broken(name, *excuses, settle=0):
        await stage.supervisor.terminate(program)
        await stage.supervisor.back(program)


async def _deploy_onto(stage: Stage, program: Program, descriptor: int) -> None:
    """Started anew with its output on the pipe, which has room until it is ready."""
    program.stdout = descriptor
    try:
        await stage.supervisor.terminate(program)
        await stage.supervisor.back(program)
    finally:
        program.stdout = None


def _fill(descriptor: int) -> None:
    """Leave no room for another line."""
    os.set_blocking(descriptor, False)
    try:
        while os.write(descriptor, b"x" * 4096):
            pass
    except BlockingIOError:
        pass
    finally:
        os.set_blocking(descriptor, True)
