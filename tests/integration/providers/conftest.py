"""A vendor, the product's HTTP client, and prompts of one tenant."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack

import httpx
import pytest

from core.db.tenant import TenantContext, TenantDB
from core.gateway.answer import Gateway
from core.gateway.model import AgentTurn, Passage, ToolSpec
from core.gateway.prompt import Prompt, build_prompt
from core.gateway.providers.wire.client import open_http_client
from core.kernel.ids import new_id, tenant_id
from core.kernel.sealing import Sealer, new_key
from tests.integration.gateway_vendor import Reply, streamed
from tests.integration.providers.faults import ELSE, USUAL, next_to
from tests.integration.providers.speakers import Line, provider_at, spoken_by
from tests.integration.providers.vendor import AnyVendor

SEARCH = ToolSpec(
    "search_knowledge",
    "Searches the documents.",
    {
        "type": "object",
        "properties": {"query": {"type": "string"}, "most": {"type": "integer", "minimum": 1}},
        "required": ["query"],
        "additionalProperties": False,
    },
)
CLOCK = ToolSpec("current_time", "Says what time it is.", {"type": "object", "properties": {}})


@pytest.fixture
async def vendor() -> AsyncIterator[AnyVendor]:
    vendor = AnyVendor()
    await vendor.server.start_server()
    yield vendor
    await vendor.server.close()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with open_http_client() as client:
        yield client


@pytest.fixture
def tenant() -> TenantContext:
    """One that has no database: nothing here needs it."""
    someone = tenant_id(new_id())
    return TenantContext(someone, TenantDB(None, someone), Sealer(new_key()), new_key(), 2)


@pytest.fixture
def asking(tenant: TenantContext) -> Callable[..., Prompt]:
    """A prompt with two tools, and whatever else a test wants in it."""

    def asking(**more: object) -> Prompt:
        passage = Passage(1, "Handbook", 3, "Leave", "Parents get 18 weeks.")
        given: dict = {"passages": (passage,), "tools": (SEARCH, CLOCK)} | more
        return build_prompt(tenant, AgentTurn("Pia", "people", "Be kind.", "Weeks?", **given))

    return asking


@pytest.fixture
def prompt(asking: Callable[..., Prompt]) -> Prompt:
    return asking()


@pytest.fixture
async def make_vendor() -> AsyncIterator[Callable[..., Awaitable[AnyVendor]]]:
    """Further vendors, with their replies."""
    async with AsyncExitStack() as stack:

        async def make(replies: Iterable[Reply]) -> AnyVendor:
            vendor = AnyVendor()
            vendor.replies += replies
            await vendor.server.start_server()
            stack.push_async_callback(vendor.server.close)
            return vendor

        yield make


@pytest.fixture
async def house(make_vendor, client):
    """A gateway over vendors with these replies, each in its wire format; and the vendors."""

    async def build(*given: tuple[str, Sequence[Reply]], limits=USUAL, clock=time.monotonic):
        servers = [await make_vendor(replies) for _, replies in given]
        providers = [
            provider_at(vendor, client, server.url.rstrip("/"))
            for (vendor, _), server in zip(given, servers, strict=True)
        ]
        return Gateway(providers, limits, clock=clock), servers

    return build


@pytest.fixture
async def pair(house):
    """One vendor that does *reply*, and one of another format that answers."""

    async def build(vendor: str, *replies: Reply, **more):
        other = next_to(vendor)
        answer = streamed(spoken_by(other, Line(ELSE)))
        return await house((vendor, replies), (other, [answer]), **more)

    return build
