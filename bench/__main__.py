"""`python -m bench`: take every figure, print a table, write bench/latest.json.

`--only intake,streams` takes some of them, `--seconds 2` makes the intake phases shorter, and
`python -m bench tenants` measures what a tenant costs among many.
"""

import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles

import click

from bench.audited import measure_audited
from bench.first_text import measure_first_text
from bench.ingestion.bulk import measure_bulk
from bench.ingestion.measure import measure_ingestion
from bench.installation import open_installation
from bench.intake.flood import measure_flood
from bench.intake.measure import measure_intake
from bench.intake.wake_up import measure_wake_up
from bench.processes import BenchError
from bench.retrieval.made_up import StandInEmbedder
from bench.retrieval.times import measure_search
from bench.streams.added import measure_added
from bench.streams.measure import held, measure_streams
from bench.tenants.measure import measure_tenants
from bench.tenants.model import as_figures, as_json, as_table
from bot.models.embedders import open_embedder
from bot.settings import Settings

LATEST = Path(__file__).with_name("latest.json")
WORKSPACES = 100
FLEET = 200  # tenants, so that `make bench` takes minutes; `bench tenants` takes more of them

Figures = dict[str, float]

# What is promised whatever the machine: both sides of these ratios are taken in one run.
LEAST = {"intake_ratio": 1.0}
MOST = {"flood_p95_ratio": 1.5}


async def intake(folder: Path, seconds: float) -> Figures:
    async with open_installation(folder, WORKSPACES) as installation:
        taken = await measure_intake(installation, seconds=seconds)
    return {
        "intake_per_s": taken.ours.per_s,
        "intake_100_tenants_per_s": taken.ours_many.per_s,
        "stock_bolt_per_s": taken.bolt.per_s,
        "intake_ratio": taken.ratio,
        "intake_p99_ms": taken.ours.p99_ms,
        "stock_bolt_p99_ms": taken.bolt.p99_ms,
        "intake_server_us": taken.ours.server_us,
        "intake_database_us": taken.ours.database_us,
        "intake_100_tenants_server_us": taken.ours_many.server_us,
        "intake_100_tenants_database_us": taken.ours_many.database_us,
        "stock_bolt_server_us": taken.bolt.server_us,
    }


async def queue(folder: Path, seconds: float) -> Figures:
    async with open_installation(folder, 5) as installation:
        waits = await measure_wake_up(installation)
        ratio = await measure_flood(installation, seconds=2 * seconds)
    return {
        "enqueue_to_start_ms_p50": median(waits),
        "enqueue_to_start_ms_p95": quantiles(waits, n=20)[-1],
        "flood_p95_ratio": ratio,
    }


async def first_text(folder: Path, seconds: float) -> Figures:
    return {"first_text_ms_p50": median(await measure_first_text(folder))}


async def retrieval(folder: Path, seconds: float) -> Figures:
    async with open_installation(folder, 1) as installation:
        embedder = await open_embedder(Settings.model_validate({})) or StandInEmbedder()
        latency = await measure_search(await installation.context(), embedder, 10_000)
    return {"retrieval_10k_ms_p50": latency.p50, "retrieval_10k_ms_p95": latency.p95}


async def streams(folder: Path, seconds: float) -> Figures:
    async with open_installation(folder, 1) as installation:
        context = await installation.context()
        steps = await measure_streams(context)
        cost = await measure_added(context)
    for step in steps:
        told = f"p99 {step.p99_ms:.0f} ms added, {step.arrived:.0%} in time, {step.broken} broken"
        print(f"    {step.streams} streams: {told}", file=sys.stderr)
    return {
        "streams_held": held(steps),
        "token_added_ms_p50": cost.added_p50_ms,
        "token_added_ms_p99": cost.added_p99_ms,
        "stream_cpu_ratio_to_httpx": cost.cpu_ratio,
    }


async def tenants(folder: Path, seconds: float) -> Figures:
    return as_figures(await measure_tenants(folder, FLEET))


async def audited(folder: Path, seconds: float) -> Figures:
    async with open_installation(folder, WORKSPACES) as installation:
        acts = await measure_audited(installation, seconds=seconds)
    return {"audited_per_s": acts.one_per_s, "audited_100_tenants_per_s": acts.many_per_s}


async def ingestion(folder: Path, seconds: float) -> Figures:
    taken = await measure_ingestion(folder / "files")
    return {
        "book_300_pages_s": taken.book_s,
        "short_1000_documents_s": taken.short_s,
        "ingestion_memory_mb": taken.memory_mb,
        "bulk_upload_p95_ratio": await measure_bulk(folder / "bulk"),
    }


PARTS: dict[str, Callable[[Path, float], Awaitable[Figures]]] = {
    "intake": intake,
    "queue": queue,
    "first_text": first_text,
    "retrieval": retrieval,
    "streams": streams,
    "ingestion": ingestion,
    "audited": audited,
    "tenants": tenants,
}


async def take(names: list[str], seconds: float) -> tuple[Figures, list[str]]:
    """The figures, and what went wrong: one part that fails takes no other with it."""
    figures: Figures = {}
    failures: list[str] = []
    for name in names:
        print(f"  {name} …", file=sys.stderr)
        # A folder each: no part begins with another's data in its cache or its tables.
        with tempfile.TemporaryDirectory(prefix="aegis-bench-") as folder:
            try:
                figures |= await PARTS[name](Path(folder), seconds)
            except BenchError as error:
                failures.append(f"{name}: {error}")
    return figures, failures


def broken_promises(figures: Figures) -> list[str]:
    """The ratios that do not hold, in words."""
    low = [
        (name, "at least", least)
        for name, least in LEAST.items()
        if figures.get(name, least) < least
    ]
    high = [
        (name, "at most", most) for name, most in MOST.items() if figures.get(name, most) > most
    ]
    return [
        f"{name} is {figures[name]:.2f}, and shall be {bound} {limit:.2f}"
        for name, bound, limit in (*low, *high)
    ]


def table(figures: Figures) -> str:
    width = max(map(len, figures), default=0)
    lines = [f"  {name:<{width}}  {value:>10,.2f}" for name, value in figures.items()]
    many, one = (figures.get(f"intake{which}_database_us", 0.0) for which in ("_100_tenants", ""))
    if many and one:
        lines += [
            "",
            "  100 workspaces cost more because each workspace of a commit is an INSERT of its own,",
            "  planned anew, into a schema of its own: the database spends "
            f"{many:.0f} µs an event instead of {one:.0f}.",
        ]
    return "\n".join(lines)


@click.group(invoke_without_command=True)
@click.option("--only", default=",".join(PARTS), help="Parts, with commas between.")
@click.option("--seconds", default=5.0, help="Length of an intake phase.")
@click.pass_context
def main(context: click.Context, only: str, seconds: float) -> None:
    """Take every figure, print a table, write bench/latest.json."""
    # A polite end also stops what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: stopped"))
    if context.invoked_subcommand is not None:
        return
    names = only.split(",")
    if unknown := set(names) - set(PARTS):
        raise click.BadParameter(
            f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}",
            param_hint="--only",
        )
    figures, failures = asyncio.run(take(names, seconds))
    print(table(figures))
    LATEST.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    failures += broken_promises(figures)
    if failures:
        sys.exit("bench: " + "\nbench: ".join(failures))


@main.command("tenants")
@click.option("--count", default=2000, type=click.IntRange(min=10))
@click.option("--json", "is_json", is_flag=True)
def count_tenants(count: int, is_json: bool) -> None:
    """What a tenant costs among *count* of them, on servers that are thrown away."""
    with tempfile.TemporaryDirectory(prefix="aegis-bench-") as folder:
        try:
            figures = asyncio.run(measure_tenants(Path(folder), count))
        except BenchError as error:
            sys.exit(f"bench: {error}")
    print(as_json(figures) if is_json else as_table(figures))


if __name__ == "__main__":
    main(prog_name="bench")
