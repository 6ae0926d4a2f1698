"""A PostgreSQL of its own for tests that stop its processes, and a door in front of it."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import asyncpg
import pytest
from aiohttp import web

from bot.intake.accept import Intake
from bot.intake.batch import EventBatch
from bot.intake.http import LARGEST_BODY, SlackEndpoints
from bot.intake.signature import SignatureVerifier
from bot.postgres.supervisor import EmbeddedPostgres
from bot.storage import INTAKE_CONNECTIONS, INTAKE_SECONDS
from core.db import migrate
from core.db.database import Database
from core.db.pool import open_pool
from core.kernel.sealing import Sealer
from core.kernel.secret import Secret
from core.tenancy.install_workspace import Provisioner
from core.tenancy.workspaces import Workspaces
from web_oauth import health
from web_oauth.app import build_web

SECRET = "signing-secret"
TEAM = "THANG00001"
LOGIN = "aegis_hang_service"


@dataclass
class Front:
    """A served intake, the batch behind it, and how to send it an event."""

    url: str
    batch: EventBatch
    send: Callable[..., Awaitable[int]]
    ready: Callable[[], Awaitable[int]]


def signed(body: bytes, *, age: int = 0) -> dict[str, str]:
    stamp = str(int(time.time()) - age)
    digest = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": "v0=" + digest.hexdigest(),
        "Content-Type": "application/json",
    }


def message(event_id: str, **more: Any) -> dict[str, Any]:
    inner = {"type": "message", "channel": "D1", "channel_type": "im", "ts": "1.1", "text": "hi"}
    envelope = {"type": "event_callback", "team_id": TEAM, "event_id": event_id}
    return envelope | {"event": inner | more}


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with EmbeddedPostgres(tmp_path_factory.mktemp("own") / "data", throwaway=True) as server:
        yield server


@pytest.fixture(scope="module")
async def own_dsn(own_server: EmbeddedPostgres, master: Sealer) -> str:
    """Migrated, with one tenant; the service's address."""
    admin = await asyncpg.connect(own_server.dsn())
    await admin.execute(f"create role {LOGIN} login noinherit")
    await migrate.migrate_shared(admin, LOGIN)
    await admin.close()
    await Provisioner(own_server.dsn(), LOGIN, master).tenant_for(TEAM)
    return str(own_server.dsn(user=LOGIN))


@pytest.fixture
async def front(own_dsn: str, master: Sealer) -> AsyncIterator[Front]:
    """The intake as `open_storage` and `open_product` make it."""
    pool = await open_pool(own_dsn, size=INTAKE_CONNECTIONS)
    database = Database(pool, master, within=INTAKE_SECONDS)
    batch = EventBatch(database, lambda: None)
    intake = Intake(Workspaces(database), batch, None)
    endpoints = SlackEndpoints(intake, SignatureVerifier(Secret(SECRET)))
    routes = [*endpoints.routes(), *health.routes(database)]
    runner = web.AppRunner(build_web(routes, largest_body=LARGEST_BODY))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as http:

        async def send(event_id: str, *, age: int = 0, **more: Any) -> int:
            body = json.dumps(message(event_id, **more)).encode()
            headers = signed(body, age=age)
            async with http.post(f"{url}/slack/events", data=body, headers=headers) as answer:
                return answer.status

        async def ready() -> int:
            async with http.get(f"{url}/health/ready") as answer:
                return answer.status

        yield Front(f"{url}/slack", batch, send, ready)
    await runner.cleanup()
    pool.terminate()
