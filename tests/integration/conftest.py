"""What several tests start from: a tenant's archive, and two vendors of models on loopback."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from core.db.tenant import TenantContext
from core.gateway.providers.openai.adapter import OpenAICompatible
from core.gateway.providers.wire.client import open_http_client
from core.kernel.secret import Secret
from core.kernel.signing import Signer
from tests.integration.archived import export, fill
from tests.integration.gateway_vendor import Vendor


@pytest.fixture
def signer() -> Signer:
    return Signer(os.urandom(32))


@pytest.fixture
async def archived(context: TenantContext, signer: Signer, tmp_path: Path) -> Path:
    """The archive of a tenant that is full of awkward rows."""
    await fill(context)
    return await export(context, signer, tmp_path / "a.zip")


@pytest.fixture
async def vendors() -> AsyncIterator[list[Vendor]]:
    async with AsyncExitStack() as stack:
        vendors = [Vendor(), Vendor()]
        for vendor in vendors:
            await vendor.server.start_server()
            stack.push_async_callback(vendor.server.close)
        yield vendors


@pytest.fixture
async def providers(vendors: list[Vendor]) -> AsyncIterator[list[OpenAICompatible]]:
    """An adapter for each vendor, named `first` and `second`."""
    async with open_http_client() as client:
        yield [
            OpenAICompatible(client, Secret("k"), vendor.base_url, "m", name)
            for vendor, name in zip(vendors, ("first", "second"), strict=True)
        ]
