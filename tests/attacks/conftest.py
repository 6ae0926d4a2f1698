"""A product served on loopback, with the work switched off: what comes in stays where it is."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.attacks.door import Door
from tests.attacks.whoever import HANDBOOK, Whoever, plant_records
from tests.stage import Stage


@asynccontextmanager
async def knocking(stage: Stage) -> AsyncIterator[Door]:
    """The door of a product that is served."""
    async with aiohttp.ClientSession() as http:
        address = str(stage.sandbox.world.app.request_url).removesuffix("/slack")
        yield Door(stage, http, address)


@pytest.fixture
async def working_door(stage: Stage) -> AsyncIterator[Door]:
    """The same with a worker behind it, for attacks whose effect can be seen in Slack."""
    async with knocking(stage) as opened:
        yield opened


@pytest.fixture
async def door(stage_with: Callable[..., Any]) -> AsyncIterator[Door]:
    async with stage_with(works=False) as stage, knocking(stage) as opened:
        yield opened


@pytest.fixture
async def whoever(working_door: Door, monkeypatch: pytest.MonkeyPatch) -> Whoever:
    found = Whoever(working_door)
    plant_records(monkeypatch, found.records)
    await working_door.stage.add_document("northwind", "Handbook.md", HANDBOOK)
    return found
