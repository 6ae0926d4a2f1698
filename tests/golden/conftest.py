"""The golden set's three companies, read in once: by the product's own reader, chunker and model."""

import os
import sys
from pathlib import Path

import pytest

from core.db.database import Database
from core.db.tenant import TenantContext
from core.knowledge.embedding.minilm import load
from core.knowledge.ingest_document import ingest_document
from core.knowledge.ports import Embedder
from core.knowledge.reading.limited_reader import LimitedReader
from core.tenancy.install_workspace import Provisioner
from tests.golden.museum import museum_files

SAMPLES = Path(__file__).resolve().parents[2] / "bot" / "cli" / "samples"

Companies = dict[str, TenantContext]


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    found = load(Path(sys.prefix) / "share" / "aegis" / "minilm")
    if found is None:
        pytest.skip("the embedding model has not been built: run `make model`")
    return found


@pytest.fixture(scope="session")
async def companies(database: Database, provisioner: Provisioner, embedder: Embedder) -> Companies:
    async def company(files: dict[str, bytes]) -> TenantContext:
        team = "T" + os.urandom(5).hex().upper()
        context = await database.tenant(await provisioner.tenant_for(team))
        await _read_in(context, embedder, files)
        return context

    return {
        "northwind": await company(_sample("northwind")),
        "harbor": await company(_sample("harbor")),
        "museum": await company(museum_files()),
    }


async def _read_in(context: TenantContext, embedder: Embedder, files: dict[str, bytes]) -> None:
    async with LimitedReader().batch() as reader:
        for title, content in files.items():
            await ingest_document(
                context,
                reader,
                embedder,
                title=title,
                content=content,
                added_by="U1",
                reference="golden",
            )


def _sample(name: str) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted((SAMPLES / name).iterdir())}
