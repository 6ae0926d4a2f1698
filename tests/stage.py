"""The product behind the sandbox, driven by the same scripts that `aegis demo --script` plays."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from bot.cli.demo import settings_for
from bot.cli.script.model import read_script
from bot.cli.script.player import Player
from bot.process import serving, working
from bot.sandbox import Sandbox
from bot.settings import Settings
from bot.storage import Storage
from bot.wiring import Product, open_product
from core.db.database import Database
from core.db.tenant import TenantContext
from core.kernel.sealing import new_key
from core.kernel.secret import Secret
from core.kernel.signing import Signer
from core.knowledge.ingest_document import ingest_document
from core.tenancy.install_workspace import Grant, Provisioner, install_workspace


@dataclass
class Stage:
    """One sandbox with one product behind it."""

    sandbox: Sandbox
    product: Product
    folder: Path
    tenants: dict[str, TenantContext]
    lines: list[dict[str, Any]] = field(default_factory=list)

    def person_id(self, name: str) -> str:
        """The Slack id of a person of the sandbox."""
        persons = (w.persons.values() for w in self.sandbox.world.workspaces.values())
        return next(p.id for people in persons for p in people if p.name == name)

    async def add_document(self, company: str, title: str, text: str) -> None:
        """Put a document into a company's knowledge base, for everyone in it."""
        await ingest_document(
            self.tenants[company],
            self.product.services.reader,
            self.product.services.staff.embedder,
            title=title,
            content=text.encode(),
            added_by="operator",
            reference="test",
        )

    async def play(self, script: str) -> list[dict[str, Any]]:
        """Play YAML steps; what became visible meanwhile."""
        path = self.folder / "script.yaml"
        path.write_text(script, "utf-8")
        seen: list[dict[str, Any]] = []
        async with (
            aiohttp.ClientSession(self.sandbox.url) as http,
            Player(http, seen.append) as player,
        ):
            await player.play(read_script(path))
        return seen


def spoken(lines: list[dict[str, Any]], kind: str | None = None) -> str:
    """What the app said, all of it."""
    kinds = (kind,) if kind else ("message", "ephemeral", "stream_append", "stream_stop", "update")
    return "\n".join(
        line["text"] for line in lines if line["kind"] in kinds and line["author"] not in PEOPLE
    )


PEOPLE = {"ana", "ben", "cho", "gil", "olga", "dora", "eli", "fay", "gus", "omar"}


@asynccontextmanager
async def open_stage(
    database: Database,
    provisioner: Provisioner,
    folder: Path,
    *,
    socket: bool = False,
    words_per_s: float | None = None,
    works: bool = True,
    settings: dict[str, Any] | None = None,
    listen_dsn: str | None = None,
    **sandbox_options: Any,
) -> AsyncIterator[Stage]:
    async with Sandbox.open(**sandbox_options) as sandbox:
        changes = {"offline_words_per_s": words_per_s} | (settings or {})
        chosen = settings_for(Settings(), sandbox, socket=socket).model_copy(update=changes)
        storage = Storage(
            database, database, provisioner, Signer(new_key()), Secret("session" * 5), listen_dsn
        )
        async with open_product(chosen, storage) as product:
            # The sandbox's workspaces keep their ids; a stage gets tenants of its own for them. What
            # those of an earlier one had left to do would be tried again for as long as this runs.
            admin = await asyncpg.connect(provisioner.admin_dsn)
            await admin.execute(
                "with earlier as ("
                "  delete from control.workspace where team_id = any($1) returning tenant_id"
                ") delete from control.mailbox m using earlier e where m.tenant_id = e.tenant_id",
                list(sandbox.world.workspaces),
            )
            await admin.close()
            tenants = {}
            for workspace in sandbox.credentials["workspaces"]:
                token = Secret(workspace["bot_token"])
                grant = Grant(workspace["id"], token, workspace["bot_user_id"])
                tenant = await install_workspace(database, provisioner, grant)
                tenants[workspace["name"]] = await database.tenant(tenant)
            worker = working(product) if works else nullcontext()
            async with worker, serving(product) as address:
                sandbox.world.app.request_url = None if socket else f"{address}/slack"
                sandbox.world.app.install_url = f"{address}/slack/install"
                yield Stage(sandbox, product, folder, tenants)
