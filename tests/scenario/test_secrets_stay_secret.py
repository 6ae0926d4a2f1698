"""A74: a canary in every secret setting, a run in which much goes wrong, and nobody says a canary.

Looked through: all that the processes print, all that people in Slack see, every HTTP answer, the
audit log and every other table, the arguments and the environment of the process.
"""

import asyncio
import base64
import json
import os
import signal
import sys
from pathlib import Path
from urllib.parse import quote

import aiohttp
import asyncpg
import pytest
from aiohttp import web

from bot.sandbox import Sandbox
from bot.settings import SettingsError, _secret_names, read_settings
from bot.storage import Addresses
from core.kernel.sealing import Sealer, new_key
from core.kernel.secret import Secret
from core.kernel.signing import Signer
from core.tenancy.install_workspace import Grant, Provisioner
from tests.integration.test_intake_http import signed
from tests.scenario.test_processes import HANDBOOK, aegis, until_seen


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def with_password(dsn: str, password: str) -> str:
    """The socket asks for no password, so any will do."""
    return dsn.replace("@/", f":{password}@/", 1)


def canaries(environment: dict[str, str], sandbox: Sandbox) -> dict[str, str]:
    """A value for every secret setting, by its name."""
    given = sandbox.credentials
    return {
        "DATABASE_URL": with_password(environment["DATABASE_URL"], "canary-db-word-1"),
        "DATABASE_ADMIN_URL": with_password(environment["DATABASE_ADMIN_URL"], "canary-db-word-2"),
        "DATABASE_LISTEN_URL": with_password(environment["DATABASE_URL"], "canary-db-word-3"),
        "AEGIS_MASTER_KEY": environment["AEGIS_MASTER_KEY"],
        "AEGIS_OLD_MASTER_KEYS": f"{encoded(new_key())},{encoded(new_key())}",
        "AEGIS_SESSION_KEY": encoded(new_key()),
        "AEGIS_SIGNING_KEY": encoded(new_key()),
        "SLACK_SIGNING_SECRET": given["signing_secret"],
        "SLACK_CLIENT_SECRET": given["client_secret"],
        "SLACK_BOT_TOKEN": given["workspaces"][0]["bot_token"],
        "SLACK_APP_TOKEN": given["app_token"],
        "GROQ_API_KEY": "gsk_canary0groq0key",
        "ANTHROPIC_API_KEY": "sk-ant-canary0anthropic0key",
        "GEMINI_API_KEY": "AIzaCanary0gemini0key",
        "OPENAI_COMPATIBLE_API_KEY": "canary-compatible-key-4711",
    }


def needles(secrets: dict[str, str]) -> dict[str, set[str]]:
    """What to look for: the value, its base64, hex and URL forms, and for a key its bytes' too."""
    found: dict[str, set[str]] = {}
    for name, value in secrets.items():
        values = value.split(",")
        if name.endswith("_URL"):
            values = [value.rpartition("@")[0].rpartition(":")[2]]
        forms = set()
        for one in values:
            raw = base64.b64decode(one) if "KEY" in name and one.endswith("=") else one.encode()
            forms |= {one, quote(one, safe=""), raw.hex(), encoded(raw), repr(raw)[2:-1]}
        found[name] = forms
    return found


def heard(secrets: dict[str, str], text: str) -> set[str]:
    return {name for name, forms in needles(secrets).items() if any(form in text for form in forms)}


async def hostile_vendor():
    """A model server that repeats the key it was sent in every kind of failure."""

    async def answer(request: web.Request) -> web.StreamResponse:
        sent = ("Authorization", "x-api-key", "x-goog-api-key")
        key = " ".join(request.headers.get(name, "") for name in sent).strip()
        return web.json_response(
            {"error": {"message": f"bad key {key}", "headers": dict(request.headers)}},
            status=[401, 400, 500][vendor_calls.__next__() % 3],
            reason=key.replace(" ", "-"),
            headers={"X-Your-Key": key},
        )

    vendor_calls = iter(range(10_000))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/v1"


async def knock(address: str, secret: str) -> str:
    """All that strangers and Slack may send that is not right; every answer, headers included."""
    event = json.dumps({"type": "event_callback", "event": {"text": "x"}}).encode()
    answers = []
    async with aiohttp.ClientSession(address) as http:
        for path, headers, body in (
            ("/slack/events", {}, b"{"),
            ("/slack/events", signed(event, secret="wrong"), event),
            ("/slack/events", signed(event, age=301, secret=secret), event),
            ("/slack/events", signed(b"{", secret=secret), b"{"),
            ("/slack/events", signed(b"[]", secret=secret), b"[]"),
            ("/slack/commands", signed(b"a=%ff", secret=secret), b"a=%ff"),
            ("/slack/interactivity", signed(b"payload={", secret=secret), b"payload={"),
            ("/slack/events", signed(event, secret=secret), event),
            ("/nowhere", {}, b""),
        ):
            async with http.post(path, data=body, headers=headers) as answer:
                answers.append(f"{answer.status} {dict(answer.headers)} {await answer.text()}")
        for path in ("/health/live", "/health/ready", "/.env", "/debug", "/metrics"):
            async with http.get(path) as answer:
                answers.append(f"{answer.status} {dict(answer.headers)} {await answer.text()}")
    return "\n".join(answers)


async def every_table(dsn: str) -> str:
    """Every row of every table of ours as text: sealed values are bytes, so they show as hex."""
    admin = await asyncpg.connect(dsn)
    try:
        tables = await admin.fetch(
            "select format('%I.%I', schemaname, tablename) as name from pg_tables"
            " where schemaname = 'control' or schemaname like 'tenant_%'"
        )
        rows = [
            [row[0] for row in await admin.fetch(f"select t::text from {table['name']} t")]
            for table in tables
        ]
    finally:
        await admin.close()
    return "\n".join(row for table in rows for row in table)


async def say(http: aiohttp.ClientSession, text: str, **where: str) -> None:
    body = {"workspace": "northwind", "person": "ana", "in": "dm", "text": text} | where
    async with http.post("/sandbox/say", json=body):
        pass


def command_line(pid: int) -> str:
    """What every user of the machine sees in its list of processes, where there is /proc."""
    path = Path(f"/proc/{pid}/cmdline")
    return path.read_bytes().decode(errors="replace") if path.is_file() else ""


async def trouble(
    environment: dict[str, str], sandbox: Sandbox, secret: str, handbook: str
) -> tuple[str, str]:
    """A process that serves while much goes wrong; (what it printed, every answer it gave)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", "--all",
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    printed, address = [], ""
    try:
        async with asyncio.timeout(60), aiohttp.ClientSession(sandbox.url) as http:
            while not address:
                line = (await process.stdout.readline()).decode()
                assert line, "".join(printed)
                printed.append(line)
                address = line.partition("serves on ")[2].strip()
            answers = await knock(address, secret)
            team = sandbox.credentials["workspaces"][0]["id"]
            status, said = await aegis(environment, "kb", "add", handbook, "--workspace", team)
            assert status == 0, said
            printed.append(said)
            await say(http, "What is the bike stipend?")
            seen = await until_seen(http, "ana", "no model answered")
            seen += await asyncio.to_thread(command_line, process.pid)
        process.send_signal(signal.SIGTERM)
        rest, _ = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return "".join(printed) + rest.decode(), answers + seen


async def test_no_canary_is_printed_answered_audited_or_stored(
    process_environment, admin_dsn, context, tmp_path
):
    handbook = tmp_path / "handbook.md"
    handbook.write_text(HANDBOOK, "utf-8")
    runner, vendor = await hostile_vendor()
    try:
        async with Sandbox.open() as sandbox:
            secrets = canaries(process_environment, sandbox)
            assert set(secrets) == set(_secret_names()), "a secret setting has no canary"
            environment = (
                process_environment
                | secrets
                | {
                    "AEGIS_LOG_LEVEL": "DEBUG",
                    "PORT": "0",
                    "SLACK_API_BASE_URL": sandbox.api_url,
                    "GROQ_BASE_URL": vendor,
                    "ANTHROPIC_BASE_URL": vendor,
                    "GEMINI_BASE_URL": vendor,
                    "OPENAI_COMPATIBLE_BASE_URL": vendor,
                    "OPENAI_COMPATIBLE_MODEL": "canary",
                }
            )
            signing = secrets["SLACK_SIGNING_SECRET"]
            printed, answered = await trouble(environment, sandbox, signing, str(handbook))
            _, doctor = await aegis(environment, "doctor")
    finally:
        await runner.cleanup()
    stored = await every_table(admin_dsn)

    assert "ok    keys" in doctor
    assert '"level"' in printed
    assert "tenancy:token:exchange" in stored
    for name, value in secrets.items():
        shown = value.split(",")[0] if not name.endswith("_URL") else f"//u:{value}"
        assert name in heard(secrets, f"a line with {shown} in it"), "it would not be heard"
    assert heard(secrets, printed) == set()
    assert heard(secrets, answered) == set()
    assert heard(secrets, doctor) == set()
    assert heard(secrets, stored) == set()


BAD = {
    "DATABASE_URL": "mysql://u:canary-1234567890@h/d",
    "DATABASE_ADMIN_URL": "http://u:canary-1234567890@h/d",
    "SLACK_BOT_TOKEN": "xoxp-canary-1234567890",
    "SLACK_APP_TOKEN": "canary-1234567890",
    "AEGIS_MASTER_KEY": "canary-1234567890",
    "AEGIS_SESSION_KEY": "canary-1234567890=",
    "AEGIS_SIGNING_KEY": encoded(b"canary-1234567890"),
    "AEGIS_OLD_MASTER_KEYS": f"{encoded(b'k' * 32)},canary-1234567890",
}


@pytest.mark.parametrize(("name", "value"), BAD.items(), ids=list(BAD))
def test_a_bad_secret_is_named_and_not_shown_in_the_error_or_its_causes(name, value):
    with pytest.raises(SettingsError) as told:
        read_settings({name: value})

    error: BaseException | None = told.value
    while error is not None:
        assert "canary" not in f"{error} {error!r}"
        assert encoded(b"canary-1234567890") not in f"{error} {error!r}"
        assert error.__suppress_context__ or error.__context__ is None
        error = error.__cause__
    assert name in str(told.value)


def test_settings_show_no_secret_in_any_text_form_and_leave_none_in_the_environment():
    given = {
        "DATABASE_URL": "postgresql://u:canary-1@h/d",
        "DATABASE_ADMIN_URL": "postgresql://u:canary-2@h/d",
        "DATABASE_LISTEN_URL": "postgresql://u:canary-8@h/d",
        "SLACK_CLIENT_SECRET": "canary-9",
        "SLACK_BOT_TOKEN": "xoxb-canary-3",
        "SLACK_APP_TOKEN": "xapp-canary-4",
        "SLACK_SIGNING_SECRET": "canary-5",
        "GROQ_API_KEY": "canary-6",
        "OPENAI_COMPATIBLE_API_KEY": "canary-7",
        "ANTHROPIC_API_KEY": "canary-10",
        "GEMINI_API_KEY": "canary-11",
        "AEGIS_OLD_MASTER_KEYS": f"{encoded(b'o' * 32)},{encoded(b'p' * 32)}",
    } | {f"AEGIS_{name}_KEY": encoded(name[:1].encode() * 32) for name in ("MASTER", "SESSION")}
    given["AEGIS_SIGNING_KEY"] = encoded(b"g" * 32)
    assert set(given) == set(_secret_names())
    environment = dict(given)

    settings = read_settings(environment)

    assert environment == {}
    shown = f"{settings} {settings!r} {settings.model_dump()} {vars(settings)}"
    assert "canary" not in shown
    assert not [value for value in given.values() if value in shown]
    assert os.environ.get("AEGIS_MASTER_KEY") is None


def test_an_address_with_a_password_is_in_no_text_form_of_what_carries_it():
    dsn, master = "postgresql://u:canary-1@h/d", Sealer(new_key())
    carriers = [
        Addresses(dsn, dsn, master, Signer(new_key()), Secret("canary-3"), listen_dsn=dsn),
        Provisioner(dsn, "aegis", master),
        Grant("T1", Secret("xoxb-canary-2"), "U1"),
    ]

    assert "canary" not in f"{carriers} {[str(one) for one in carriers]}"
