"""A16: two copies of AEGIS in one thread. Two Slack apps, two products, two databases; what either
says, the other hears as another app's bot that mentions it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp
import asyncpg
import pytest

from bot.postgres.supervisor import EmbeddedPostgres
from core.db import migrate
from core.db.database import Database
from core.db.pool import open_pool
from core.tenancy.install_workspace import Provisioner
from tests.conftest import SERVICE_LOGIN
from tests.stage import Stage, open_stage

HANDBOOK = "# Handbook\n\n## Bike stipend\n\nYou can claim 900 euros every three years.\n"
ASK = "@AEGIS what is the bike stipend?"
MOST_TURNS = 3
ROUNDS = 6


@dataclass
class Copy:
    """One copy in its own app's sandbox, and the thread there."""

    stage: Stage
    http: aiohttp.ClientSession
    channel: str = ""
    root: str = ""
    carried: set[str] = field(default_factory=set)

    async def act(self, what: str, **body: object) -> dict[str, str]:
        sent = {"workspace": "northwind", "in": "#general"} | body
        async with self.http.post(f"{self.stage.sandbox.url}/sandbox/{what}", json=sent) as answer:
            assert answer.status == 200, await answer.text()
            return dict(await answer.json())

    async def hear_person(self) -> None:
        said = await self.act("say", person="ben", text=ASK)
        self.channel, self.root = said["channel"], said["ts"]

    async def hear_other(self, text: str, classic: bool) -> None:
        await self.act("bot", text=f"@AEGIS {text}", thread=self.root, classic=classic)

    def said(self) -> dict[str, str]:
        """What this copy said in the thread, by its ts."""
        world = self.stage.sandbox.world
        workspace = world.find_workspace("northwind")
        changes = world.feed.after(0, [workspace.id])
        found = {c.ts: c.message for c in changes if c.channel_id == self.channel and c.message}
        return {
            ts: world.read(workspace, message)
            for ts, message in found.items()
            if message.app_id == world.app.id and message.thread == self.root
        }

    async def until_quiet(self) -> None:
        """All that was sent is delivered, and all that was delivered is done."""
        async with asyncio.timeout(60):
            await asyncio.gather(*list(self.stage.sandbox.courier._tasks))
            while await self.count("inbox_event where state = 'waiting'"):  # noqa: ASYNC110 - what is awaited is a row
                await asyncio.sleep(0.05)

    async def count(self, what: str) -> int:
        async with self.stage.tenants["northwind"].db.transaction() as tx:
            return int(await tx.fetchval(f"select count(*) from {what}"))


@pytest.fixture
async def copies(stage_with, master, tmp_path_factory) -> AsyncIterator[tuple[Copy, Copy]]:
    folder = tmp_path_factory.mktemp("second")
    async with AsyncExitStack() as stack:
        server = stack.enter_context(EmbeddedPostgres(folder / "data", throwaway=True))
        admin = await asyncpg.connect(server.dsn())
        await admin.execute(f"create role {SERVICE_LOGIN} login noinherit")
        await migrate.migrate_shared(admin, SERVICE_LOGIN)
        await admin.close()
        pool = await open_pool(server.dsn(user=SERVICE_LOGIN), size=10)
        stack.callback(pool.terminate)
        provisioner = Provisioner(server.dsn(), SERVICE_LOGIN, master)
        second = open_stage(Database(pool, master), provisioner, folder)
        found = []
        for opening in (stage_with(), second):
            stage = await stack.enter_async_context(opening)
            await stage.add_document("northwind", "Handbook.md", HANDBOOK)
            http = await stack.enter_async_context(aiohttp.ClientSession())
            found.append(Copy(stage, http))
        yield found[0], found[1]


async def carry(speaker: Copy, listener: Copy, classic: bool) -> int:
    """What is new of one copy's words, to the other; how much that was."""
    new = {ts: text for ts, text in speaker.said().items() if ts not in speaker.carried}
    speaker.carried |= new.keys()
    for text in new.values():
        await listener.hear_other(text[:500], classic)
    return len(new)


@pytest.mark.parametrize("classic", [False, True], ids=["a bot user", "a classic bot"])
async def test_a16_two_copies_facing_each_other_stop_within_three_turns(copies, classic):
    """A person asks both, so that the thread is either's own; then each hears the other ask."""
    one, other = copies
    for copy in copies:
        await copy.hear_person()
        await copy.until_quiet()
    heard = 0
    for _ in range(ROUNDS):
        new = await carry(one, other, classic) + await carry(other, one, classic)
        heard += new
        for copy in copies:
            await copy.until_quiet()
        if not new:
            break

    assert heard == 2  # each heard the other, once
    assert await one.count("turn") + await other.count("turn") == 2 <= MOST_TURNS
    assert [len(copy.said()) for copy in copies] == [1, 1]
