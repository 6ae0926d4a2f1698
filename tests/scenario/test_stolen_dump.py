"""A71: whoever carries the whole database away has no token, no key and no password in clear."""

import asyncio
import base64
import os
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from bot.postgres.server.account import choose_account
from bot.postgres.server.binaries import find_binaries
from bot.postgres.state import StateDirectory
from bot.postgres.supervisor import EmbeddedPostgres, Server
from bot.sandbox import Sandbox
from core.kernel.ids import TenantId
from core.kernel.sealing import master_sealer
from core.kernel.tenant_keys import TenantKeys
from tests.scenario.test_key_processes import ask, tokens
from tests.scenario.test_processes import HANDBOOK, aegis, serving


@pytest.fixture
def environment(tmp_path):
    return {"PATH": os.environ["PATH"], "AEGIS_STATE_DIR": str(tmp_path / "state"), "PORT": "0"}


def forms(secret: bytes) -> set[bytes]:
    """What a secret may look like: as it is, in hex, in base64 (without the part that depends on
    what follows)."""
    encoded = base64.b64encode(secret).rstrip(b"=")[:-1]
    return {secret, secret.hex().encode(), secret.hex().upper().encode(), encoded}


def found(secrets: dict[str, bytes], text: bytes) -> set[str]:
    return {name for name, secret in secrets.items() if any(form in text for form in forms(secret))}


async def dump(server: Server) -> bytes:
    """pg_dumpall: all databases, all roles, also what is stored of passwords."""
    binaries = find_binaries()
    account = choose_account(binaries, server.data_dir)
    command = [
        str(binaries / "pg_dumpall"), "--host", str(server.socket_directory), "--user", "postgres",
    ]  # fmt: skip
    done = await asyncio.to_thread(account.run, command)
    assert done.returncode == 0, done.stdout[-500:]
    return done.stdout.encode()


def files(folder: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def tenant_keys(server: Server, state: StateDirectory) -> dict[str, bytes]:
    """The keys of every tenant, opened with the master key as the service opens them."""
    connection = await asyncpg.connect(server.dsn())
    try:
        rows = await connection.fetch("select tenant_id, wrapped_key from control.tenant")
    finally:
        await connection.close()
    master = master_sealer(*state.master_keys())
    keys = {}
    for row in rows:
        ring = TenantKeys.unwrap(master, row["wrapped_key"], TenantId(row["tenant_id"]))
        keys[f"digest key {row['tenant_id']}"] = ring.digest
        keys |= {f"data key {row['tenant_id']} {n}": key for n, key in enumerate(ring.data)}
    return keys


def state_keys(state: StateDirectory, prefix: str) -> dict[str, bytes]:
    return {
        f"{prefix} {path.name}": base64.b64decode(path.read_bytes())
        for path in state.path.glob("*.key")
    }


async def test_a_dump_and_the_files_of_the_database_hold_no_token_and_no_key(environment, tmp_path):
    handbook, state = tmp_path / "handbook.md", StateDirectory(tmp_path / "state")
    handbook.write_text(HANDBOOK, "utf-8")
    async with Sandbox.open() as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        given = tokens(sandbox) | {"GROQ_API_KEY": "", "SLACK_SIGNING_SECRET": "canary-signing-1"}
        secrets = {name: value.encode() for name, value in given.items() if "TOKEN" in name}
        secrets["SLACK_SIGNING_SECRET"] = b"canary-signing-1"
        async with serving(environment | given):
            status, said = await aegis(environment, "kb", "add", str(handbook))
            assert status == 0, said
            await ask(http, "What is the bike stipend?", "900 euros")
            secrets |= state_keys(state, "before")
            status, said = await aegis(environment, "keys", "rotate", "--new-master")
            assert status == 0, said
            secrets |= state_keys(state, "after")
            with EmbeddedPostgres(state.database) as share:
                server = share.start()
                secrets |= await tenant_keys(server, state)
                dumped = await dump(server)
    on_disk = await asyncio.to_thread(files, state.database)

    # What is looked for would be found: the search is tried on what must be there.
    assert b"You can claim 900 euros" in dumped
    assert sandbox.credentials["workspaces"][0]["id"].encode() in on_disk
    assert len([name for name in secrets if "key" in name]) == 8
    for planted in secrets:
        assert planted in found(secrets, b"... " + secrets[planted] + b" ...")
        assert planted in found(secrets, b"\\x" + secrets[planted].hex().encode())
        assert planted in found(secrets, base64.b64encode(secrets[planted]))
    assert found(secrets, dumped) == set()
    assert found(secrets, on_disk) == set()
    assert b"xoxb-" not in dumped + on_disk
    assert b"SCRAM-SHA-256$" not in dumped, "no login of the embedded database has a password"
