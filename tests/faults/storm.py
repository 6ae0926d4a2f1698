"""F9: the database is killed and started again every 5 to 40 s, under 5,000 questions of 100
workspaces: `python -m tests.faults.storm`. All are answered, once, and no 200 is without its commit.

The questions come at *rate*, or as fast as this machine answers them: with --waiting of them
unanswered, the next one is held back. Both rates are in the summary.
"""

import asyncio

import click

from tests.faults.__main__ import judge
from tests.faults.cluster.cluster import Plan
from tests.faults.kinds.database import KillDatabase
from tests.faults.run import Course, play


@click.command()
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--events", type=int, default=5_000, show_default=True, help="Questions.")
@click.option("--workspaces", type=int, default=100, show_default=True)
@click.option(
    "--rate", type=float, default=8.0, show_default=True, help="Questions a second, at most."
)
@click.option("--waiting", type=int, default=200, show_default=True, help="Unanswered, at most.")
@click.option("--lease", type=float, help="AEGIS_LEASE_SECONDS; as shipped when left out.")
def main(
    seed: int, events: int, workspaces: int, rate: float, waiting: int, lease: float | None
) -> None:
    settings = {} if lease is None else {"AEGIS_LEASE_SECONDS": f"{lease:g}"}
    # A server that is gone a fifth of the time meets each of Slack's three tries too often: here it
    # tries five times.
    plan = Plan(max(workspaces - 2, 0), settings=settings, retries="0,5,20,40,60")
    course = Course(
        seed,
        per_s=rate,
        questions=events,
        most_waiting=waiting,
        machine=(KillDatabase(),),
        slack=(),
        pause=(5.0, 40.0),
    )
    judge(asyncio.run(play(course, plan)), keep=True)


if __name__ == "__main__":
    main()
