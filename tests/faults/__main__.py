"""`python -m tests.faults`: play a run of faults and check its history; or check one again."""

import asyncio
import json
import secrets
import tempfile
from pathlib import Path

import click

from tests.faults.cluster.cluster import Plan
from tests.faults.history.check import check
from tests.faults.history.model import History
from tests.faults.history.summary import in_words, summarize
from tests.faults.run import Course, play


@click.command()
@click.option("--seed", type=int, help="Repeats a run; random when left out.")
@click.option("--minutes", type=float, default=2.0, show_default=True)
@click.option("--rate", type=float, default=3.0, show_default=True, help="Things said a second.")
@click.option("--workspaces", type=int, default=10, show_default=True, help="Besides the two.")
@click.option("--lease", type=float, help="AEGIS_LEASE_SECONDS; as shipped when left out.")
@click.option("--slack-pauses", is_flag=True, help="Repeat deliveries after 0, 60 and 300 s.")
@click.option("--again", type=click.Path(exists=True, path_type=Path), help="Check a kept history.")
def main(
    seed: int | None,
    minutes: float,
    rate: float,
    workspaces: int,
    lease: float | None,
    slack_pauses: bool,
    again: Path | None,
) -> None:
    """Play faults against two web and two worker processes; exit 1 when the history is not clean."""
    if again is not None:
        judge(History.from_json(again.read_text()), keep=False)
        return
    seed = secrets.randbelow(10**6) if seed is None else seed
    click.echo(f"faults: seed {seed}, {minutes:g} minutes")
    settings = {} if lease is None else {"AEGIS_LEASE_SECONDS": f"{lease:g}"}
    plan = Plan(workspaces, settings=settings, retries="0,60,300" if slack_pauses else "0,5,60")
    history = asyncio.run(play(Course(seed, minutes, rate), plan))
    judge(history, keep=True)


def judge(history: History, *, keep: bool) -> None:
    findings = check(history)
    summary = summarize(history, findings)
    click.echo(json.dumps(summary.as_json()))
    click.echo(in_words(summary, findings))
    if summary.clean:
        return
    if keep:
        kept = Path(tempfile.gettempdir()) / f"aegis-faults-{history.seed}.json"
        kept.write_text(history.as_json())
        click.echo(f"the history is kept: python -m tests.faults --again {kept}")
    raise SystemExit(1)


if __name__ == "__main__":
    main()
