"""The command line as an operator runs it: processes of their own, with an embedded PostgreSQL."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.sandbox import Sandbox

KEYS = ("MASTER", "SESSION", "SIGNING")
HANDBOOK = "# Handbook\n\n## Bike stipend\n\nYou can claim 900 euros every three years.\n"


@pytest.fixture
def environment(tmp_path):
    """A machine on which nothing is set but where to keep state."""
    return {"PATH": os.environ["PATH"], "AEGIS_STATE_DIR": str(tmp_path / "state"), "PORT": "0"}


async def aegis(environment, *words: str) -> tuple[int, str]:
    """Run a command to its end; (exit status, everything it said)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, said.decode()


@asynccontextmanager
async def serving(environment):
    """`aegis serve --all`, ready; told to stop at the end, and expected to obey."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "serve",
        "--all",
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(60):
            while b"serves on" not in (line := await process.stderr.readline()):
                assert line, "it ended before it was ready"
        yield process
        process.send_signal(signal.SIGTERM)
        _, rest = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 0, rest.decode()
        assert b"Traceback" not in rest, rest.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until_seen(http, person: str, words: str) -> str:
    """All that the app has said to *person* in their direct message, once *words* are in it."""
    query = f"/sandbox/messages?workspace=northwind&person={person}&channel=dm"
    async with asyncio.timeout(30):
        while True:
            async with http.get(query) as answer:
                said = str([m for m in (await answer.json())["messages"] if m.get("bot_id")])
            if words in said:
                return said
            await asyncio.sleep(0.05)


async def test_one_workspace_in_socket_mode_with_nothing_but_tokens(environment, tmp_path):
    handbook = tmp_path / "handbook.md"
    handbook.write_text(HANDBOOK, "utf-8")
    async with Sandbox.open() as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        given = sandbox.credentials
        tokens = {
            "SLACK_API_BASE_URL": sandbox.api_url,
            "SLACK_BOT_TOKEN": given["workspaces"][0]["bot_token"],
            "SLACK_APP_TOKEN": given["app_token"],
        }
        async with serving(environment | tokens):
            status, said = await aegis(environment, "kb", "add", str(handbook))
            assert (status, "1 passage" in said) == (0, True), said
            found = await aegis(environment, "kb", "search", "bike stipend", "--in", "hand")
            assert (found[0], "[1] handbook.md" in found[1]) == (0, True), found
            elsewhere = await aegis(environment, "kb", "search", "bike stipend", "--in", "menu")
            assert "Nothing in the documents" in elsewhere[1], elsewhere
            later = await aegis(
                environment, "kb", "search", "bike stipend", "--since", "2999-01-01"
            )
            assert "Nothing in the documents" in later[1], later
            named = ("kb", "search", "bike stipend", "--document")
            inside = await aegis(environment, *named, "Handbook.md")
            assert (inside[0], "[1] handbook.md" in inside[1]) == (0, True), inside
            unknown = await aegis(environment, *named, "menu.md")
            assert (unknown[0], "see `aegis kb list`" in unknown[1]) == (1, True), unknown
            ask = {"workspace": "northwind", "person": "ana", "in": "dm"}
            async with http.post("/sandbox/say", json=ask | {"text": "What is the bike stipend?"}):
                pass
            answer = await until_seen(http, "ana", "handbook.md")

    assert "900 euros" in answer
    assert "handbook.md" in answer
    assert "UnauthorizedError" not in answer


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_script_that_is_stopped_leaves_nothing_behind(environment, tmp_path, number):
    script = tmp_path / "script.yaml"
    script.write_text(
        "- {workspace: northwind, person: ana, in: dm, say: Hello}\n- {wait: Godot}\n", "utf-8"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        "--script",
        str(script),
        env=environment | {"TMPDIR": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
        # A shell without job control has its background jobs ignore it, and so may what runs us.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 90)

    process.send_signal(number)
    await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode == 128 + number
    assert not list(tmp_path.glob("aegis-*"))


async def test_doctor_and_migrate_on_a_machine_where_nothing_is_set(environment):
    status, said = await aegis(environment, "migrate")
    assert status == 0
    assert "0001_switchboard.sql" in said
    status, said = await aegis(environment, "doctor")

    assert status == 0, said
    assert "AEGIS can run" in said
    assert "SLACK_SIGNING_SECRET: is missing" in said


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("SLACK_API_BASE_URL", "http://slack.example/api/", "SLACK_API_BASE_URL: is not encrypted"),
        ("SLACK_BOT_TOKEN", "hello", "SLACK_BOT_TOKEN: does not start with xoxb-"),
        ("DATABASE_URL", "postgresql://127.0.0.1:1/x", "AEGIS_MASTER_KEY: is missing"),
        ("PATH", os.environ["PATH"], "SLACK_SIGNING_SECRET: is missing"),
    ],
)
async def test_a_wrong_setting_is_one_line_that_names_it(environment, setting, value, words):
    status, said = await aegis(environment | {setting: value}, "serve")

    assert status == 1
    assert words in said
    assert "Traceback" not in said


async def test_a_database_that_is_not_there_is_named_and_its_password_is_not_shown(environment):
    keys = {f"AEGIS_{name}_KEY": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=" for name in KEYS}
    url = {"DATABASE_URL": "postgresql://aegis:hunter2@127.0.0.1:1/aegis"}
    for command in ("migrate", "doctor", "serve"):
        status, said = await aegis(
            environment | keys | url | {"SLACK_SIGNING_SECRET": "s"}, command
        )
        assert status == 1
        assert "DATABASE_URL: the database does not answer there" in said
        assert "Traceback" not in said
        assert "hunter2" not in said


@pytest.mark.parametrize("command", [("serve", "--all"), ("doctor",)])
@pytest.mark.parametrize(
    ("name", "value"),
    [("SLACK_BOT_TOKEN", "xoxb-not-a-token"), ("SLACK_APP_TOKEN", "xapp-not-a-token")],
)
async def test_a_token_that_slack_refuses_is_named(environment, command, name, value):
    async with Sandbox.open() as sandbox:
        tokens = {
            "SLACK_API_BASE_URL": sandbox.api_url,
            "SLACK_BOT_TOKEN": sandbox.credentials["workspaces"][0]["bot_token"],
            "SLACK_APP_TOKEN": sandbox.credentials["app_token"],
        }
        await aegis(environment, "migrate")
        status, said = await aegis(environment | tokens | {name: value}, *command)

    assert status == 1
    assert f"{name}: Slack did not accept it (invalid_auth)" in said
    assert value not in said
    assert "Traceback" not in said


async def test_a_port_that_is_taken_is_named(environment):
    async with Sandbox.open() as sandbox:
        taken = sandbox.url.rpartition(":")[2]
        status, said = await aegis(
            environment | {"PORT": taken, "SLACK_SIGNING_SECRET": "s"}, "serve"
        )

    assert status == 1
    assert f"PORT: nothing can be served at 127.0.0.1:{taken}" in said
    assert "Traceback" not in said


async def test_a_lost_master_key_stops_the_start_instead_of_making_a_new_one(environment):
    status, said = await aegis(environment, "migrate")
    assert status == 0, said
    os.remove(os.path.join(environment["AEGIS_STATE_DIR"], "master.key"))
    status, said = await aegis(environment, "migrate")

    assert status == 1
    assert "master.key is missing" in said
