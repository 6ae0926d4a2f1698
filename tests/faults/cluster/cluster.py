"""PostgreSQL, two web and two worker processes, a Slack and a model vendor, under one roof."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp

from bot.settings import Settings
from bot.storage import Addresses
from tests.faults.cluster.balancer import balanced
from tests.faults.cluster.control import SlackControl
from tests.faults.cluster.postgres import OwnedPostgres
from tests.faults.cluster.prepare import SERVICE_LOGIN, Home, Keys, addresses_of, prepare
from tests.faults.cluster.processes import Program, free_port

COMPANIES = ("northwind", "harbor")
SHIPPED_LEASE_SECONDS: float = Settings.model_fields["lease_seconds"].default


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start. *settings* are environment variables of the product's processes."""

    workspaces: int = 10  # besides the sandbox's two companies
    documents: bool = True
    workers: int = 2
    program: str = "tests.faults.rigged"  # the product's command line; as it is: `bot`
    settings: Mapping[str, str] = field(default_factory=dict)
    # Seconds before each repeat of a delivery. Slack's are 0, 60, 300; no fault here lasts a minute.
    retries: str = "0,5,60"


@dataclass(slots=True)
class Cluster:
    """Everything that runs, and where."""

    folder: Path
    postgres: OwnedPostgres
    addresses: Addresses
    slack: SlackControl
    vendor: Program
    http: aiohttp.ClientSession
    homes: list[Home]
    environment: dict[str, str]
    signing_secret: str
    webs: list[Program]
    workers: list[Program]

    async def answer_in(self, seconds: float) -> None:
        """How long each of the model's answers takes from now on."""
        url = f"http://127.0.0.1:{self.vendor.port}/pace"
        async with self.http.put(url, json={"seconds": seconds}) as answer:
            answer.raise_for_status()

    async def fail_in_model(self, times: int, **how: object) -> int:
        """The model's next answers are none (`provider.Ill`); how many of an earlier order were left."""
        url = f"http://127.0.0.1:{self.vendor.port}/ill"
        async with self.http.put(url, json={"times": times, **how}) as answer:
            answer.raise_for_status()
            return int((await answer.json())["left"])

    @property
    def lease_seconds(self) -> float:
        """Of the workers, as this run has them."""
        return float(self.environment.get("AEGIS_LEASE_SECONDS", SHIPPED_LEASE_SECONDS))

    @property
    def checkpoint_file(self) -> Path:
        """Where signed checkpoints of the audit logs go: outside the database."""
        return Path(self.environment["AEGIS_CHECKPOINT_FILE"])

    def home(self, name: str) -> Home:
        return next(home for home in self.homes if home.name == name)


@asynccontextmanager
async def open_cluster(plan: Plan, random: Random) -> AsyncIterator[Cluster]:
    """Start it all; whatever happens, nothing of it is left at the end."""
    async with AsyncExitStack() as stack:
        folder = _folder()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres, slack, vendor = await _surroundings(stack, folder, plan)
        http = await stack.enter_async_context(
            aiohttp.ClientSession(f"http://127.0.0.1:{slack.port}")
        )
        control = SlackControl(http)
        if plan.workspaces:
            await control.make_workspaces(plan.workspaces)
        given = await control.credentials()
        keys = Keys.new()
        where = addresses_of(postgres, keys)
        homes = await _homes(where, given["workspaces"], plan, random)
        environment = _environment(postgres, keys, given, vendor, folder) | dict(plan.settings)
        webs, workers = await _product(stack, folder, environment, plan)
        await stack.enter_async_context(balanced(control, webs))
        yield Cluster(
            folder,
            postgres,
            where,
            control,
            vendor,
            http,
            homes,
            environment,
            given["signing_secret"],
            webs,
            workers,
        )


async def _surroundings(
    stack: AsyncExitStack, folder: Path, plan: Plan
) -> tuple[OwnedPostgres, Program, Program]:
    """What the product meets, started: the database, a Slack, a model vendor."""
    postgres = OwnedPostgres(folder)
    await asyncio.to_thread(postgres.make)
    stack.push_async_callback(postgres.stop)
    slack, vendor = _slack(folder, plan), _vendor(folder)
    for program in (slack, vendor):
        stack.push_async_callback(program.close)
    await asyncio.gather(postgres.start(), slack.start(), vendor.start())
    return postgres, slack, vendor


async def _homes(
    where: Addresses, workspaces: list[dict[str, str]], plan: Plan, random: Random
) -> list[Home]:
    """The workspaces that are served, each with a word that no other knows."""
    served = [w for w in workspaces if w["name"] in COMPANIES or _is_small(w["name"])]
    canaries = {w["name"]: f"CAN{random.getrandbits(40):010x}" for w in served}
    return await prepare(where, served, canaries if plan.documents else {})


async def _product(
    stack: AsyncExitStack, folder: Path, environment: dict[str, str], plan: Plan
) -> tuple[list[Program], list[Program]]:
    """Its web and its worker processes, started."""
    webs = [_web(plan.program, folder, environment, number) for number in (1, 2)]
    numbers = range(1, plan.workers + 1)
    workers = [_worker(plan.program, folder, environment, number) for number in numbers]
    for program in (*webs, *workers):
        stack.push_async_callback(program.close)
    await asyncio.gather(*(program.start() for program in (*webs, *workers)))
    return webs, workers


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="aegis-faults-"))
    folder.chmod(0o755)  # the server's account passes through; its own folder is closed
    return folder


def _is_small(name: str) -> bool:
    """One of those that the sandbox makes in bulk: `w0001`…"""
    return name[:1] == "w" and name[1:].isdigit()


def _slack(folder: Path, plan: Plan) -> Program:
    port = free_port()
    return Program(
        "slack",
        ("tests.faults.cluster.slack", str(port)),
        {"AEGIS_FAULTS_RETRIES": plan.retries},
        folder / "slack.log",
        port=port,
        ready_path="/sandbox/state",
    )


def _vendor(folder: Path) -> Program:
    port = free_port()
    words = ("tests.faults.cluster.provider", str(port))
    return Program("vendor", words, {}, folder / "vendor.log", port=port)


def _web(program: str, folder: Path, environment: dict[str, str], number: int) -> Program:
    port = free_port()
    return Program(
        f"web{number}",
        (program, "serve"),
        environment | {"PORT": str(port)},
        folder / f"web{number}.log",
        port=port,
        ready_path="/health/ready",
    )


def _worker(program: str, folder: Path, environment: dict[str, str], number: int) -> Program:
    log = folder / f"worker{number}.log"
    words = (program, "worker")
    return Program(f"worker{number}", words, environment, log, says="AEGIS works")


def _environment(
    postgres: OwnedPostgres, keys: Keys, given: dict[str, str], vendor: Program, folder: Path
) -> dict[str, str]:
    nothing = folder / "no-model"
    return {
        "DATABASE_URL": postgres.dsn(SERVICE_LOGIN),
        "DATABASE_ADMIN_URL": postgres.dsn(),
        **keys.environment(),
        "SLACK_API_BASE_URL": given["api_url"],
        "SLACK_APP_ID": given["app_id"],
        "SLACK_SIGNING_SECRET": given["signing_secret"],
        "OPENAI_COMPATIBLE_BASE_URL": f"http://127.0.0.1:{vendor.port}/v1",
        "OPENAI_COMPATIBLE_MODEL": "echo",
        # Search goes by words alone: what is tried here is not how well it finds.
        "AEGIS_MODEL_DIR": str(nothing),
        "AEGIS_LOG_LEVEL": "INFO",
        "AEGIS_CHECKPOINT_FILE": str(folder / "checkpoints.jsonl"),
        "AEGIS_FAULTS_ARMED": str(folder),
    }
