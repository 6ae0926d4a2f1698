"""kill -9 at each of seven points: nothing is lost, nothing doubled, and work goes on by itself."""

import pytest

from tests.faults.cluster.cluster import Plan
from tests.faults.kills import RESUME_LIMIT_SECONDS, kill_at_points
from tests.faults.points import POINTS

TIMES = 3  # `make check-long` kills thirty times, with the shipped settings


@pytest.mark.parametrize("point", POINTS)
async def test_kill_9_loses_and_doubles_nothing(point):
    """F5, F6."""
    plan = Plan(workspaces=1, settings={"AEGIS_LEASE_SECONDS": "1"})
    outcome = await kill_at_points((point,), TIMES, plan)

    assert outcome.findings == [], outcome.in_words()
    assert len(outcome.resumed[point]) == TIMES
    assert max(outcome.resumed[point]) < RESUME_LIMIT_SECONDS
