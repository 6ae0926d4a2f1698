"""A company with a guide to buying, and hands that fill in forms."""

import aiohttp
import pytest

from tests.integration.worker.queueing import until_drained
from tests.scenario.agents.forms import HANDBOOK


@pytest.fixture
async def staffed(stage):
    await stage.add_document("northwind", "Purchasing.md", HANDBOOK)
    return stage


@pytest.fixture
async def person(staffed):
    """Acts as a person of Northwind through the sandbox's control API."""
    async with aiohttp.ClientSession(staffed.sandbox.url) as http:

        async def act(what, person="ana", **body):
            seat = {"workspace": "northwind", "person": person}
            async with http.post(f"/sandbox/{what}", json=seat | body) as answer:
                told = await answer.json()
                assert answer.status == 200, told
            await until_drained(staffed.product.services.database, staffed.tenants["northwind"])
            return told

        yield act
