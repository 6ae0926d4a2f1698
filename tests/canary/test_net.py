"""The net hears what it is there for: a leak of each kind, planted, fails a run."""

import asyncio
import logging
import subprocess
import sys
from typing import cast

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from core.db.pool import Pool
from core.db.scope import schema_of
from core.db.tenant import TenantContext, TenantDB
from core.gateway.model import AgentTurn, Passage
from core.gateway.prompt import build_prompt
from core.kernel.ids import new_id, tenant_id
from core.kernel.sealing import Sealer, new_key
from tests.canary.bystander import search_everybody_else
from tests.canary.ears import listening
from tests.canary.net import Net
from tests.contract.repository import ROOT

PLANTED = """
import logging, sys
from tests.conftest import *

def test_a_log_line(): logging.getLogger("bot.anything").warning("said %s", NET.canary("turn.answer"))
def test_an_error(): raise ValueError(NET.canary("turn.answer"))
def test_what_is_printed(): print(NET.canary("turn.answer"))
def test_nothing(): NET.canary("turn.answer")
"""


@pytest.fixture
def net():
    """A net of its own, so that what is planted here fails no test."""
    own = Net()
    with listening(own):
        yield own


@pytest.fixture
def tenant_without_a_database() -> TenantContext:
    someone = tenant_id(new_id())
    access = TenantDB(cast("Pool", None), someone)
    return TenantContext(someone, access, Sealer(new_key()), new_key(), schema_version=1)


def test_it_hears_a_canary_in_any_case_and_says_whose_it_was(net):
    word = net.canary("person.display_name")
    net.listen("a mail", f"Dear {word.upper()},")
    net.listen("a mail", "Dear Ana,")

    [heard] = net.take()
    assert "person.display_name" in heard
    assert "a mail" in heard
    assert net.take() == []


def test_a_log_line_its_extras_and_its_exception_are_heard(net):
    log = logging.getLogger("somebody.elses")
    log.setLevel(logging.DEBUG)
    log.propagate = False
    log.debug("said %s", net.canary("turn.question"))
    log.info("plain", extra={"team": net.canary("turn.answer")})
    try:
        raise ValueError(net.canary("chunk.body"))
    except ValueError:
        log.exception("plain")

    assert len(net.take()) == 3


def test_a_prompt_is_heard_whatever_model_it_is_for(net, tenant_without_a_database):
    passage = Passage(1, "Guide", None, "", net.canary("chunk.body"))
    turn = AgentTurn(agent="Pia", role="people", instructions="", question="?", passages=(passage,))
    build_prompt(tenant_without_a_database, turn)

    assert ["a prompt" in heard for heard in net.take()] == [True]


async def test_a_request_and_a_reply_are_heard_also_across_two_writes(net):
    word = net.canary("document.title")

    async def reply(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for part in (word[:9], word[9:]):
            await response.write(part.encode())
        return response

    app = web.Application()
    app.router.add_get("/", reply)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        await (await client.get("/", params={"q": "plain"})).read()
        assert "what was sent to" in net.take()[0]
        await (await client.get("/", params={"q": word})).read()
    assert len(net.take()) >= 2  # the request, and the reply


def test_what_a_subprocess_prints_is_heard(net):
    say = [sys.executable, "-c", f"print('{net.canary('turn.answer')}')"]
    subprocess.run(say, capture_output=True, check=True)

    assert "printed" in net.take()[0]


async def test_what_a_subprocess_of_the_event_loop_prints_is_heard(net):
    say = [sys.executable, "-c", f"print('{net.canary('turn.answer')}')"]
    process = await asyncio.create_subprocess_exec(*say, stdout=asyncio.subprocess.PIPE)
    await process.communicate()

    assert "a process" in net.take()[0]


async def test_what_a_person_sees_in_the_sandbox_is_heard(net, stage):
    word = net.canary("turn.answer")
    await stage.play(
        f'[{{workspace: northwind, person: ben, in: "#random", say: "{word}", answer: false}}]'
    )

    assert any("northwind #random" in heard for heard in net.take())


async def test_a_row_of_anybody_else_is_found(admin_dsn, new_context):
    ours, theirs = await new_context(), await new_context()
    net = Net()
    admin = await asyncpg.connect(admin_dsn)
    try:
        assert await search_everybody_else(admin, theirs.tenant_id, net) == []
        for context in (ours, theirs):
            async with context.db.transaction() as tx:
                await tx.execute(
                    "insert into person (person_id, standing, display_name)"
                    " values ('U1', 'member', $1)",
                    net.canary("person.display_name"),
                )

        found = await search_everybody_else(admin, theirs.tenant_id, net)
        assert found == [f"1 rows of {schema_of(ours.tenant_id)}.person"]
    finally:
        await admin.close()


def test_a_run_with_a_leak_fails_and_says_where(tmp_path):
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n", "utf-8")
    (tmp_path / "test_planted.py").write_text(PLANTED, "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider", "-q"]
    done = subprocess.run(
        [
            *command,
            "-rA",
            "-c",
            str(ROOT / "pyproject.toml"),
            "--rootdir",
            str(tmp_path),
            str(tmp_path),
        ],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.startswith("FFF.")
    for place in ("a log line of bot.anything", "an error", "Captured stdout call"):
        assert f"the bystander's turn.answer was heard in {place}" in done.stdout
