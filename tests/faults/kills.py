"""kill -9 at each point of a question's way: `python -m tests.faults.kills --times 30`.

Two rigged workers and two rigged web processes run all the time; the supervisor replaces the dead
one while the next question is on its way. How long a question stood still is taken from the moment
its point was passed to the commit that ends its turn.
"""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from statistics import median

import asyncpg
import click

from core.db import scope
from tests.faults.cluster.cluster import Cluster, Plan, open_cluster
from tests.faults.cluster.prepare import Home
from tests.faults.history.check import Finding, check
from tests.faults.history.collect import collect, until_drained
from tests.faults.history.model import History, Said
from tests.faults.load.people import People, people_of
from tests.faults.points import POINTS, armed_file
from tests.faults.supervisor import Supervisor

# Two who die at the same time may leave a question to its lease, and to a rest after the death.
STRUCK_SECONDS = 60.0
# No web process may be there for a moment: then Slack soon tries again.
RETRIES = "0,2,5,10,20"
ANSWERED_SECONDS = 60.0
RESUME_LIMIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds from each kill to the end of the turn it hit, by point; what the checker found."""

    resumed: dict[str, list[float]]
    findings: list[Finding]
    history: History

    def in_words(self) -> str:
        lines = [
            f"{point}: {len(took)} kills, resumed p50 {median(took):.1f} s, max {max(took):.1f} s"
            for point, took in self.resumed.items()
        ]
        return "\n".join([*lines, *(f"{each.rule}: {each.words}" for each in self.findings)])


async def kill_at_points(
    points: Sequence[str],
    times: int,
    plan: Plan,
    *,
    at_once: int = 1,
    seed: int = 1,
    tell: Callable[[str], None] = lambda words: None,
) -> Outcome:
    """Raises TimeoutError when a point is never passed, or a question stays without an answer."""
    async with open_cluster(replace(plan, retries=RETRIES), Random(seed)) as cluster:
        people = People(cluster, Random(seed + 1), cluster.homes)
        supervisor = Supervisor([*cluster.webs, *cluster.workers])
        history = History(seed, time.time())
        try:
            # A lane in each workspace: Slack lets an app begin 20 answers a minute in one.
            lanes = [
                _Lane(cluster, supervisor, people, home, people_of(home)[0])
                for home in cluster.homes
            ]
            resumed = await _strike_all(points, times, lanes, asyncio.Semaphore(at_once), tell)
            await until_drained(cluster)
        finally:
            await supervisor.close()
        history.ended, history.said = time.time(), people.said
        await collect(cluster, history)
        # Whoever dies before its 200 is out leaves Slack without one: that is not what is asked here.
        findings = [finding for finding in check(history) if finding.rule != "late"]
        return Outcome(resumed, findings, history)


@dataclass(frozen=True, slots=True)
class _Lane:
    """One person who asks, has a process die of it, and waits for the answer; then asks again."""

    cluster: Cluster
    supervisor: Supervisor
    people: People
    home: Home
    person: str

    async def channel(self) -> str:
        """The direct message, once the first question in it is answered."""
        said = await self.people.ask(self.home, self.person)
        await self._end_of_turn(said)
        return said.channel

    async def strike(self, point: str, channel: str) -> float:
        """Seconds from the kill to the end of the turn that it hit."""
        for program in (*self.cluster.webs, *self.cluster.workers):
            await self.supervisor.back(program)
        armed = armed_file(self.cluster.folder, point, channel)
        await asyncio.to_thread(armed.touch)
        said = await self.people.ask(self.home, self.person)
        await _gone(armed)
        killed_at = time.time()
        return await self._end_of_turn(said) - killed_at

    async def _end_of_turn(self, said: Said) -> float:
        question = (
            "select extract(epoch from finished_at)::float8"
            f" from {scope.schema_of(self.home.tenant)}.turn where event_key = $1 and state = 'done'"
        )
        admin = await asyncpg.connect(self.cluster.postgres.dsn())
        try:
            async with asyncio.timeout(ANSWERED_SECONDS):
                while True:
                    ended = await admin.fetchval(question, f"{said.channel}:{said.ts}")
                    if ended is not None:
                        return float(ended)
                    await asyncio.sleep(0.1)
        finally:
            await admin.close()


async def _strike_all(
    points: Sequence[str],
    times: int,
    lanes: Sequence[_Lane],
    gate: asyncio.Semaphore,
    tell: Callable[[str], None],
) -> dict[str, list[float]]:
    """Each lane takes the next kill when its last question is answered."""
    left = [point for _ in range(times) for point in points]
    resumed: dict[str, list[float]] = {point: [] for point in points}

    async def work(lane: _Lane) -> None:
        channel = await lane.channel()
        while left:
            async with gate:
                if not left:
                    return
                point = left.pop()
                resumed[point].append(await lane.strike(point, channel))
            tell(f"{point}: resumed after {resumed[point][-1]:.1f} s; {len(left)} kills left")

    async with asyncio.TaskGroup() as group:
        for lane in lanes:
            group.create_task(work(lane))
    return resumed


async def _gone(armed: Path) -> None:
    async with asyncio.timeout(STRUCK_SECONDS):
        while await asyncio.to_thread(armed.exists):  # noqa: ASYNC110 - another process removes it
            await asyncio.sleep(0.02)


@click.command()
@click.option("--times", type=int, default=30, show_default=True, help="Kills at each point.")
@click.option("--at-once", type=int, default=1, show_default=True, help="Questions at a time.")
@click.option("--workspaces", type=int, default=10, show_default=True)
@click.option("--lease", type=float, help="AEGIS_LEASE_SECONDS; as shipped when left out.")
def main(times: int, at_once: int, workspaces: int, lease: float | None) -> None:
    """Exit 1 unless nothing is lost, nothing doubled, and all resumed within 30 s."""
    settings = {} if lease is None else {"AEGIS_LEASE_SECONDS": f"{lease:g}"}
    outcome = asyncio.run(
        kill_at_points(
            POINTS, times, Plan(workspaces, settings=settings), at_once=at_once, tell=click.echo
        )
    )
    click.echo(
        json.dumps({point: [round(s, 2) for s in took] for point, took in outcome.resumed.items()})
    )
    click.echo(outcome.in_words())
    longest = max(max(took) for took in outcome.resumed.values())
    if outcome.findings or longest > RESUME_LIMIT_SECONDS:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
