"""A product with one document and no worker: each test does the work itself."""

import pytest

from tests.integration.delivery.asked import RULES


@pytest.fixture
async def stage(stage_with):
    async with stage_with(works=False) as opened:
        await opened.add_document("northwind", "Rules.md", RULES)
        yield opened
