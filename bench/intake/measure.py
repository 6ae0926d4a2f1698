"""Ours with 1 workspace, stock Bolt, ours with 100, in turn; the order turns round every round."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from statistics import median

from aiohttp import web

from bench.installation import Installation
from bench.intake.cpu import cpu_seconds
from bench.intake.load import Plan, Report
from bench.processes import CHECKOUT, BenchError, Program, running

ROUNDS = 3
SECRET = "signing-secret-of-the-bench"
_EVENTS = "/slack/events"
OURS, BOLT, OURS_MANY = "ours", "bolt", "ours_many"


@dataclass(frozen=True, slots=True)
class Variant:
    """Who is asked what, and whether it stores what it answers."""

    server: Program
    plan: Plan
    stores: bool


@dataclass(frozen=True, slots=True)
class Phase:
    """One variant under load: its rate, and microseconds of processor time an event."""

    per_s: float
    p99_ms: float
    server_us: float
    database_us: float


@dataclass(frozen=True, slots=True)
class IntakeFigures:
    """Medians of the rounds; *ratio* is the median of ours to Bolt within each round."""

    ours: Phase
    bolt: Phase
    ours_many: Phase
    ratio: float


async def measure_intake(installation: Installation, *, seconds: float = 5.0) -> IntakeFigures:
    """Raises BenchError when an answer was not 200, or an event answered 200 was not stored."""
    teams = tuple(installation.workspaces)
    async with (
        slack_of_the_bench() as api_url,
        running("bot", "serve", environment=web_settings(installation, api_url)) as aegis,
        running("bench.intake.stock_bolt", SECRET, api_url) as bolt,
    ):
        plan = Plan(aegis.port, _EVENTS, SECRET, teams[:1], seconds=seconds)
        variants = {
            OURS: Variant(aegis, plan, stores=True),
            BOLT: Variant(bolt, replace(plan, port=bolt.port), stores=False),
            OURS_MANY: Variant(aegis, replace(plan, teams=teams), stores=True),
        }
        rounds: list[dict[str, Phase]] = []
        for number in range(ROUNDS):
            order = list(variants) if number % 2 == 0 else list(reversed(variants))
            rounds.append({name: await _phase(installation, variants[name]) for name in order})
    ratio = median(each[OURS].per_s / each[BOLT].per_s for each in rounds)
    ours, stock, many = (_middle([each[name] for each in rounds]) for name in variants)
    return IntakeFigures(ours, stock, many, ratio)


async def send(plan: Plan) -> Report:
    """Run the load generator in its own process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.intake.load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=CHECKOUT,
    )
    try:
        output, _ = await process.communicate(json.dumps(asdict(plan)).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise BenchError("the load generator failed")
    return Report(**json.loads(output))


async def _phase(installation: Installation, variant: Variant) -> Phase:
    await installation.empty_inboxes()
    pids = (variant.server.pid, installation.server.pid)
    before = [cpu_seconds(pid) for pid in pids]
    report = await send(variant.plan)
    server_s, database_s = (cpu_seconds(pid) - was for pid, was in zip(pids, before, strict=True))
    if set(report.statuses) != {"200"}:
        raise BenchError(f"not every event was answered 200: {report.statuses}")
    stored = await installation.stored_events()
    expected = report.accepted if variant.stores else 0
    if stored != (expected, expected):
        raise BenchError(f"{report.accepted} answered 200, (events, mailboxes) stored: {stored}")
    us_each = 1e6 / report.accepted
    return Phase(report.per_s, report.p99_ms, server_s * us_each, database_s * us_each)


def _middle(phases: list[Phase]) -> Phase:
    return Phase(
        median(phase.per_s for phase in phases),
        median(phase.p99_ms for phase in phases),
        median(phase.server_us for phase in phases),
        median(phase.database_us for phase in phases),
    )


def web_settings(installation: Installation, api_url: str) -> dict[str, str]:
    return installation.environment() | {
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_BASE_URL": api_url,
        "PORT": "0",
        "AEGIS_LOG_LEVEL": "ERROR",
    }


@asynccontextmanager
async def slack_of_the_bench() -> AsyncIterator[str]:
    """A Slack that answers `auth.test` and nothing else; yields its base URL."""

    async def auth_test(request: web.Request) -> web.Response:
        who = {"url": "https://bench.slack.com/", "team": "Bench", "user": "aegis"}
        ids = {"team_id": "TBENCH0000", "user_id": "UBENCHBOT", "bot_id": "BBENCH"}
        return web.json_response({"ok": True, **who, **ids})

    app = web.Application()
    app.router.add_post("/api/auth.test", auth_test)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    finally:
        await runner.cleanup()
