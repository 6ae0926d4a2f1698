"""kill -9 at each of seven points: nothing is lost, nothing doubled, and work goes on by itself."""

import pytest

from tests.faults.cluster.cluster import Plan
from tests.faults.kills import RESUME_LIMIT_SECONDS, kill_at_points
from tests.faults.points import POINTS

TIMES = 3  # `make check-long` kills thirty times, with the shipped settings
AT_ONCE = 2  # questions: whoever dies of one takes the others at work along


# One cluster for all of them: to start it takes longer than to kill.
@pytest.mark.timeout(300)
async def test_kill_9_loses_and_doubles_nothing_at_any_point():
    """F5, F6."""
    plan = Plan(workspaces=2, settings={"AEGIS_LEASE_SECONDS": "1"})
    outcome = await kill_at_points(POINTS, TIMES, plan, at_once=AT_ONCE)

    assert outcome.findings == [], outcome.in_words()
    assert {point: len(took) for point, took in outcome.resumed.items()} == dict.fromkeys(
        POINTS, TIMES
    )
    assert max(map(max, outcome.resumed.values())) < RESUME_LIMIT_SECONDS, outcome.in_words()
