"""A company with a guide to buying, and hands that fill in forms."""

import pytest

from tests.scenario.acting import acting
from tests.scenario.agents.forms import HANDBOOK


@pytest.fixture
async def staffed(stage):
    await stage.add_document("northwind", "Purchasing.md", HANDBOOK)
    return stage


@pytest.fixture
async def person(staffed):
    async with acting(staffed) as act:
        yield act
