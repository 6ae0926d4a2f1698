"""The layers of docs/architecture.md hold, and each contract is seen to bite."""

import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.repository import PACKAGES, ROOT

LINT = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"


@dataclass(frozen=True)
class Breach:
    """A line in a module that one contract must refuse; the module is made if it is not there."""

    contract: str
    module: str
    line: str


BREACHES = (
    Breach("surfaces over core", "handlers/messages.py", "import bot.settings"),
    Breach("surfaces over core", "web_oauth/health.py", "import handlers.messages"),
    Breach("surfaces over core", "core/jobs/store.py", "import handlers.hearing"),
    Breach("core is reached, it does not reach", "core/jobs/store.py", "import slack_sdk"),
    Breach("core is reached, it does not reach", "core/services.py", "import aiohttp.web"),
    Breach("arrows point down inside core", "core/db/scope.py", "import core.tenancy.model"),
    Breach("arrows point down inside core", "core/kernel/ids.py", "import core.db.sql"),
    Breach("arrows point down inside core", "core/newcomer/__init__.py", ""),
    Breach("rules are pure", "core/jobs/model.py", "import asyncpg"),
    Breach("rules are pure", "core/tenancy/model.py", "import core.db.sql"),
    Breach("SQL stays behind its store", "handlers/stops.py", "import core.jobs.store"),
    Breach("SQL stays behind its store", "web_oauth/health.py", "import asyncpg"),
    Breach(
        "the MCP SDK waits until somebody needs it",
        "core/connections/mcp/tools.py",
        "import core.connections.mcp.talking",
    ),
    Breach(
        "what reads files is loaded by the reading process alone",
        "core/knowledge/reading/child_process.py",
        "import core.knowledge.reading.child",
    ),
    Breach(
        "what reads files is loaded by the reading process alone",
        "core/knowledge/reading/names.py",
        "import pypdfium2",
    ),
    Breach("the sandbox is a stranger to the product", "bot/sandbox/seed.py", "import core.kernel"),
    Breach("the sandbox is a stranger to the product", "bot/sandbox/seed.py", "import bot.intake"),
    Breach("the product does not know the sandbox", "bot/wiring.py", "import bot.sandbox.seed"),
)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imports")
    for package in (*PACKAGES, "migrations"):
        shutil.copytree(ROOT / package, folder / package, ignore=_modules_only)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_contract_is_kept(copied):
    report = lint(copied)

    assert report.returncode == 0, report.stdout
    assert "0 broken" in report.stdout


def test_every_contract_has_a_breach_planted_for_it():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = {entry["name"] for entry in settings["tool"]["importlinter"]["contracts"]}

    assert {breach.contract for breach in BREACHES} == contracts


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach.module}-{breach.line}")
def test_a_planted_breach_breaks_its_contract(copied, breach):
    path = copied / breach.module
    before = path.read_text("utf-8") if path.is_file() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{breach.line}\n{before or ''}", "utf-8")
    try:
        report = lint(copied)
    finally:
        if before is None:
            shutil.rmtree(path.parent)
        else:
            path.write_text(before, "utf-8")

    assert report.returncode == 1, report.stdout + report.stderr
    assert f"{breach.contract} BROKEN" in report.stdout


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run import-linter on the copy; its modules win over the installed ones, being in the cwd."""
    command = [sys.executable, "-c", LINT, "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def _modules_only(folder: str, names: list[str]) -> list[str]:
    return [
        name for name in names if not name.endswith(".py") and not (Path(folder) / name).is_dir()
    ]
