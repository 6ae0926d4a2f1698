"""F1 and F2: much talk, few questions. `python -m tests.faults.volume --tenants 500 --rate 100`.

One event in fifty asks something; the rest is channel talk, edits and joins, to be answered,
remembered by id once however often it comes, and dropped.
"""

import asyncio
import json
import time
from dataclasses import asdict, dataclass
from random import Random

import asyncpg
import click

from core.db import scope
from tests.faults.cluster.cluster import Cluster, Plan, open_cluster
from tests.faults.cluster.process_table import resident_bytes
from tests.faults.history.check import check
from tests.faults.history.collect import collect, until_drained
from tests.faults.history.model import History
from tests.faults.load.people import People
from tests.faults.load.signed import CHANNEL, EVENT_ID, Slack

ASKING = 1 / 50
P99_MS, MAX_MS, EMPTY_SECONDS, GROWTH = 500.0, 3_000.0, 60.0, 0.10
SETTLED_SECONDS = 60.0  # from when memory is compared


@dataclass(frozen=True, slots=True)
class Noise:
    """What became of what asks nothing: different events *taken* with a 200, those of them that were
    *missed*, rows *stored* under its ids, those that *wait*, those that keep *words*, and *effects*:
    turns and messages that came of it."""

    taken: int
    missed: int
    stored: int
    wait: int
    words: int
    effects: int

    @property
    def is_dropped(self) -> bool:
        return self.missed == self.wait == self.words == self.effects == 0


@dataclass(frozen=True, slots=True)
class Volume:
    """Figures of one load. *growth* is the largest of the processes' since minute 1."""

    tenants: int
    per_s: float
    seconds: float
    statuses: dict[str, int]
    ack_p50_ms: float
    ack_p99_ms: float
    ack_max_ms: float
    questions: int
    emptied_s: float
    growth: float
    resident_mb: dict[str, tuple[float, float]]
    noise: Noise
    findings: list[str]

    @property
    def broken(self) -> list[str]:
        """Which of the promises does not hold."""
        holds = {
            f"ack p99 <= {P99_MS:.0f} ms": self.ack_p99_ms <= P99_MS,
            f"ack max < {MAX_MS:.0f} ms": self.ack_max_ms < MAX_MS,
            "everything answered 200": set(self.statuses) == {"200"},
            f"queue empty within {EMPTY_SECONDS:.0f} s": self.emptied_s <= EMPTY_SECONDS,
            f"memory growth < {GROWTH:.0%}": self.growth < GROWTH,
            "what asks nothing is stored once and dropped": self.noise.is_dropped,
            "nothing lost, doubled or foreign": not self.findings,
        }
        return [name for name, held in holds.items() if not held]


async def measure(tenants: int, per_s: float, seconds: float, seed: int) -> Volume:
    plan = Plan(max(tenants - 2, 0), documents=False, program="bot")
    async with open_cluster(plan, Random(seed)) as cluster:
        homes = cluster.homes[:tenants]
        people = People(cluster, Random(seed + 1), homes, asks_only=True)
        slack = Slack(
            [f"http://127.0.0.1:{web.port}" for web in cluster.webs],
            cluster.signing_secret,
            cluster.environment["SLACK_APP_ID"],
            homes,
            Random(seed + 2),
        )
        history = History(seed, time.time())
        async with asyncio.TaskGroup() as group:
            memory = group.create_task(_memory(cluster, seconds))
            group.create_task(slack.chatter(seconds, per_s * (1 - ASKING)))
            group.create_task(people.talk(seconds, per_s * ASKING))
        emptied = await until_drained(cluster)
        history.ended, history.said = time.time(), people.said
        await collect(cluster, history)
        noise = await _noise(cluster, slack, history)
        return _figures(slack, history, noise, emptied, memory.result(), tenants, per_s)


async def _noise(cluster: Cluster, slack: Slack, history: History) -> Noise:
    stored = {
        (each.workspace, event)
        for each in history.stored
        for event in each.inbox
        if event.startswith(EVENT_ID)
    }
    turns = sum(key.startswith(f"{CHANNEL}:") for each in history.stored for key in each.turns)
    wait = words = posts = 0
    admin = await asyncpg.connect(cluster.postgres.dsn())
    try:
        for home in slack.homes:
            schema = scope.schema_of(home.tenant)
            row = await admin.fetchrow(
                f"select count(*) filter (where state <> 'done') as wait,"
                f" count(*) filter (where payload <> '') as words,"
                f" (select count(*) from {schema}.outbox_message where channel = $2) as posts"
                f" from {schema}.inbox_event where event_id like $1",
                f"{EVENT_ID}%",
                CHANNEL,
            )
            wait, words, posts = wait + row["wait"], words + row["words"], posts + row["posts"]
    finally:
        await admin.close()
    taken = slack.acks.taken
    return Noise(len(taken), len(taken - stored), len(stored), wait, words, turns + posts)


async def _memory(cluster: Cluster, seconds: float) -> dict[str, tuple[float, float]]:
    """Megabytes in RAM of each of our processes: after minute 1, and at the end."""
    programs = [*cluster.webs, *cluster.workers]
    settled = min(SETTLED_SECONDS, seconds / 2)
    await asyncio.sleep(settled)
    before = {program.name: resident_bytes(program.pid) / 1e6 for program in programs}
    await asyncio.sleep(seconds - settled)
    after = {program.name: resident_bytes(program.pid) / 1e6 for program in programs}
    return {name: (round(mb, 1), round(after[name], 1)) for name, mb in before.items()}


def _figures(
    slack: Slack,
    history: History,
    noise: Noise,
    emptied: float,
    memory: dict[str, tuple[float, float]],
    tenants: int,
    per_s: float,
) -> Volume:
    # The questions' own deliveries count too: they come through the sandbox.
    slack.acks.took_ms += [each.took_ms for each in history.deliveries]
    return Volume(
        tenants,
        per_s,
        round(history.ended - history.began, 1),
        dict(slack.acks.statuses),
        round(slack.acks.at(0.5), 1),
        round(slack.acks.at(0.99), 1),
        round(slack.acks.at(1.0), 1),
        len(history.said),
        round(emptied, 1),
        round(max(after / before - 1 for before, after in memory.values()), 3),
        memory,
        noise,
        [f"{each.rule}: {each.words}" for each in check(history)][:20],
    )


@click.command()
@click.option("--tenants", type=int, default=500, show_default=True)
@click.option("--rate", type=float, default=100.0, show_default=True, help="Events a second.")
@click.option("--minutes", type=float, default=2.0, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def main(tenants: int, rate: float, minutes: float, seed: int) -> None:
    """Exit 1 when an acknowledgement is late, the queue stays full, memory grows, or noise is kept."""
    volume = asyncio.run(measure(tenants, rate, minutes * 60, seed))
    click.echo(json.dumps({**asdict(volume), "broken": volume.broken}))
    if volume.broken:
        click.echo("does not hold: " + "; ".join(volume.broken))
        raise SystemExit(1)


if __name__ == "__main__":
    main()
