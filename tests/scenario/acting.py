"""Somebody of Northwind acts through the sandbox's control API, and what comes of it is done."""

from contextlib import asynccontextmanager

import aiohttp

from tests.integration.worker.queueing import until_drained


@asynccontextmanager
async def acting(stage):
    async with aiohttp.ClientSession(stage.sandbox.url) as http:

        async def act(what, person="ana", **body):
            seat = {"workspace": "northwind", "person": person}
            async with http.post(f"/sandbox/{what}", json=seat | body) as answer:
                told = await answer.json()
                assert answer.status == 200, told
            await until_drained(stage.product.services.database, stage.tenants["northwind"])
            return told

        yield act
