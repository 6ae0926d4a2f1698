"""Keys as an operator meets them: processes of their own, with a wrong key, a lost one, a new one."""

import asyncio
import base64
import os
import signal
import sys

import aiohttp
import pytest

from bot.sandbox import Sandbox
from core.kernel.sealing import key_id_of, new_key
from tests.scenario.test_processes import HANDBOOK, aegis, serving, until_seen


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture
def embedded(tmp_path):
    """A machine on which nothing is set but where to keep state."""
    return {"PATH": os.environ["PATH"], "AEGIS_STATE_DIR": str(tmp_path / "state"), "PORT": "0"}


def tokens(sandbox: Sandbox) -> dict[str, str]:
    return {
        "SLACK_API_BASE_URL": sandbox.api_url,
        "SLACK_BOT_TOKEN": sandbox.credentials["workspaces"][0]["bot_token"],
        "SLACK_APP_TOKEN": sandbox.credentials["app_token"],
    }


async def ask(http, text: str, answer: str) -> None:
    message = {"workspace": "northwind", "person": "ana", "in": "dm", "text": text}
    async with http.post("/sandbox/say", json=message):
        pass
    assert answer in await until_seen(http, "ana", answer)


@pytest.mark.parametrize("command", [("serve",), ("serve", "--all"), ("worker",)])
async def test_with_a_wrong_master_key_nothing_starts(process_environment, context, command):
    """A72: the words name the setting and the ids of the keys, and show no key."""
    wrong, older = new_key(), new_key()
    environment = process_environment | {
        "AEGIS_MASTER_KEY": encoded(wrong),
        "AEGIS_OLD_MASTER_KEYS": encoded(older),
        "SLACK_SIGNING_SECRET": "s",
        "PORT": "0",
    }
    status, said = await aegis(environment, *command)

    assert status == 1
    assert "AEGIS_MASTER_KEY: tenants' keys are wrapped with a master key that is not here" in said
    assert "AEGIS_OLD_MASTER_KEYS" in said
    right = base64.b64decode(process_environment["AEGIS_MASTER_KEY"])
    assert all(key_id_of(key) in said for key in (wrong, older, right))
    assert not [key for key in (wrong, older, right) if encoded(key) in said or key.hex() in said]
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "AEGIS_MASTER_KEY: is missing"),
        ("short", "AEGIS_MASTER_KEY: is not 32 bytes in base64"),
        (encoded(b"k" * 31), "AEGIS_MASTER_KEY: is not 32 bytes in base64"),
    ],
)
async def test_with_no_master_key_or_half_of_one_nothing_starts(process_environment, value, words):
    status, said = await aegis(process_environment | {"AEGIS_MASTER_KEY": value}, "worker")

    assert status == 1
    assert words in said
    assert encoded(b"k" * 31) not in said


async def test_a_bad_old_master_key_is_named_and_not_shown(process_environment):
    bad = encoded(b"k" * 31)
    status, said = await aegis(process_environment | {"AEGIS_OLD_MASTER_KEYS": bad}, "worker")

    assert status == 1
    assert "AEGIS_OLD_MASTER_KEYS: is not 32 bytes in base64" in said
    assert bad not in said


async def test_doctor_says_which_master_keys_are_in_use(process_environment, context):
    right = base64.b64decode(process_environment["AEGIS_MASTER_KEY"])
    _, said = await aegis(process_environment, "doctor")
    assert f"ok    keys: master key {key_id_of(right)}" in said

    coming = {"AEGIS_MASTER_KEY": encoded(new_key()), "AEGIS_OLD_MASTER_KEYS": encoded(right)}
    _, said = await aegis(process_environment | coming, "doctor")
    assert f"{key_id_of(right)} is still needed by " in said

    status, said = await aegis(
        process_environment | {"AEGIS_MASTER_KEY": encoded(new_key())}, "doctor"
    )
    assert status == 1
    assert "fail  keys: AEGIS_MASTER_KEY" in said


async def test_a_replaced_master_key_in_the_state_directory_stops_the_start(embedded, tmp_path):
    async with Sandbox.open() as sandbox:
        async with serving(embedded | tokens(sandbox)):
            pass
        path = tmp_path / "state" / "master.key"
        right = path.read_text()
        path.write_text(encoded(new_key()) + "\n")
        handbook = tmp_path / "handbook.md"
        handbook.write_text(HANDBOOK, "utf-8")
        for command in (("serve", "--all"), ("kb", "add", str(handbook)), ("keys", "rotate")):
            status, said = await aegis(embedded | tokens(sandbox), *command)
            assert status == 1
            assert "put master.key back" in said
            assert "Traceback" not in said

        path.write_text(right)
        status, said = await aegis(embedded, "kb", "add", str(handbook))
        assert status == 0, said


async def test_a_new_master_key_while_serving_needs_no_restart(embedded, tmp_path):
    handbook = tmp_path / "handbook.md"
    handbook.write_text(HANDBOOK, "utf-8")
    state = tmp_path / "state"
    async with Sandbox.open() as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        team = sandbox.credentials["workspaces"][0]["id"]
        async with serving(embedded | tokens(sandbox)):
            status, said = await aegis(embedded, "kb", "add", str(handbook))
            assert status == 0, said
            before = (state / "master.key").read_text()
            status, said = await aegis(embedded, "keys", "rotate", "--new-master")
            assert status == 0, said
            assert "the keys of 1 tenant" in said
            assert before.strip() not in said
            assert (state / "master.key").read_text() != before
            assert not (state / "master.old.key").exists()
            (status, said), _ = await asyncio.gather(
                aegis(embedded, "keys", "rotate", "--data", "--tenant", team),
                ask(http, "What is the bike stipend?", "900 euros"),
            )
            assert status == 0, said
            assert "new data keys for 1 tenant; values sealed anew: 1" in said
        status, said = await aegis(embedded, "doctor")
        assert "still needed" not in said
        assert "ok    keys" in said


async def test_a_new_master_key_that_was_cut_off_by_kill_is_finished_by_the_next_run(
    embedded, tmp_path
):
    """A72: kill -9 as soon as the new key is in place; both keys are there until it is finished."""
    state, handbook = tmp_path / "state", tmp_path / "handbook.md"
    handbook.write_text(HANDBOOK, "utf-8")
    async with Sandbox.open() as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        async with serving(embedded | tokens(sandbox)):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "keys", "rotate", "--new-master",
                env=embedded, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            async with asyncio.timeout(30):
                while not (state / "master.old.key").exists():
                    assert process.returncode is None, "it was over before it could be killed"
                    await asyncio.sleep(0)
            process.send_signal(signal.SIGKILL)
            await process.wait()
            status, said = await aegis(embedded, "keys", "rotate")
            assert status == 0, said
            status, said = await aegis(embedded, "kb", "add", str(handbook))
            assert status == 0, said
            await ask(http, "What is the bike stipend?", "900 euros")
        assert not (state / "master.old.key").exists()
        status, said = await aegis(embedded, "doctor")
        assert "ok    keys" in said


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--tenant", "0" * 32), "--tenant goes with --data"),
        (("--data", "--new-master"), "are two rotations"),
        (("--new-master",), "--new-master is for the embedded database"),
        (("--data", "--tenant", "0" * 32), "There is no tenant with this id"),
        (("--data", "--tenant", "tenant_x\n"), "There is no tenant with this id"),
    ],
)
async def test_what_makes_no_sense_is_refused_in_plain_words(process_environment, words, reason):
    status, said = await aegis(process_environment, "keys", "rotate", *words)

    assert status != 0
    assert reason in said
    assert "Traceback" not in said
