"""A stage whose app can be installed, with tokens that expire, and a company whose model obeys every
order, with a tool server on this machine."""

from contextlib import asynccontextmanager

import aiohttp
import asyncpg
import pytest

from tests.integration.mcp.servers import NEAR
from tests.integration.worker.queueing import until_drained
from tests.scenario.test_providers import vendor
from tests.scenario.tools.obedient import obeys


@pytest.fixture
async def shop(stage_with, provisioner):
    async with stage_with(token_rotation=True) as stage:
        # The sandbox's ids are the same in every run; what an earlier one installed is not ours.
        admin = await asyncpg.connect(provisioner.admin_dsn)
        whole = list(stage.sandbox.world.organizations)
        await admin.execute("delete from control.organization where enterprise_id = any($1)", whole)
        await admin.close()
        yield stage


@pytest.fixture
def company(stage_with):
    """Opens a stage, and hands that act in it; *allowed*: what the operator allows."""

    @asynccontextmanager
    async def open_one(allowed=NEAR, **options):
        async with vendor(obeys) as (url, received):
            settings = {
                "openai_compatible_base_url": url,
                "openai_compatible_model": "obedient",
                "mcp_allow_private": allowed,
            }
            async with (
                stage_with(settings=settings, **options) as stage,
                aiohttp.ClientSession(stage.sandbox.url) as http,
            ):

                async def act(what, who="ana", **body):
                    seat = {"workspace": "northwind", "person": who}
                    async with http.post(f"/sandbox/{what}", json=seat | body) as answer:
                        told = await answer.json()
                        assert answer.status == 200, told
                    if options.get("works", True):
                        database = stage.product.services.database
                        await until_drained(database, stage.tenants["northwind"])
                    return told

                yield stage, act, received

    return open_one
