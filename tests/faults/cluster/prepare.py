"""Before the first process starts: schema, workspaces, and one document with its canary in each."""

import asyncio
import base64
from dataclasses import dataclass
from typing import Any

import asyncpg

from bot.storage import Addresses, Storage, migrate_all, open_storage
from core.kernel.ids import TenantId
from core.kernel.sealing import Sealer, new_key
from core.kernel.secret import Secret
from core.kernel.signing import Signer
from core.knowledge.ingest_document import ingest_document
from core.knowledge.reading.limited_reader import LimitedReader
from core.tenancy.install_workspace import Grant, install_workspace
from tests.faults.cluster.postgres import OwnedPostgres

SERVICE_LOGIN = "aegis_faults"
INSTALLED_AT_ONCE = 4
QUESTION = "What is the code word of the house?"
_DOCUMENT = """# House facts

## Code word

The code word of the house is {canary}. Whoever asks for the code word of the house is told {canary}.
"""


@dataclass(frozen=True, slots=True)
class Home:
    """A workspace with its tenant, and the word that stands in its documents and nowhere else."""

    name: str
    team_id: str
    tenant: TenantId
    canary: str


@dataclass(frozen=True, slots=True)
class Keys:
    """What every process of this cluster is given."""

    master: bytes
    session: bytes
    signing: bytes

    @classmethod
    def new(cls) -> "Keys":
        return cls(new_key(), new_key(), new_key())

    def environment(self) -> dict[str, str]:
        named = {"MASTER": self.master, "SESSION": self.session, "SIGNING": self.signing}
        return {f"AEGIS_{name}_KEY": base64.b64encode(key).decode() for name, key in named.items()}


def addresses_of(postgres: OwnedPostgres, keys: Keys) -> Addresses:
    """What the runner itself opens the storage with."""
    return Addresses(
        postgres.dsn(SERVICE_LOGIN),
        postgres.dsn(),
        Sealer(keys.master),
        Signer(keys.signing),
        Secret(base64.b64encode(keys.session).decode()),
    )


async def prepare(
    where: Addresses, workspaces: list[dict[str, Any]], canaries: dict[str, str]
) -> list[Home]:
    """Migrate and install. A workspace without a canary gets no document."""
    admin = await asyncpg.connect(where.admin_dsn)
    try:
        await admin.execute(f"create role {SERVICE_LOGIN} login noinherit")
    finally:
        await admin.close()
    await migrate_all(where)
    async with open_storage(where) as storage:
        gate = asyncio.Semaphore(INSTALLED_AT_ONCE)

        async def install(each: dict[str, Any]) -> Home:
            async with gate:
                return await _install(storage, each, canaries.get(each["name"], ""))

        return list(await asyncio.gather(*map(install, workspaces)))


async def _install(storage: Storage, workspace: dict[str, Any], canary: str) -> Home:
    token = Secret(workspace["bot_token"])
    grant = Grant(workspace["id"], token, workspace["bot_user_id"])
    tenant = await install_workspace(storage.database, storage.provisioner, grant)
    if canary:
        await ingest_document(
            await storage.database.tenant(tenant),
            LimitedReader(),
            None,
            title="House facts.md",
            content=_DOCUMENT.format(canary=canary).encode(),
            added_by="operator",
            reference="faults",
        )
    return Home(workspace["name"], workspace["id"], tenant, canary)
