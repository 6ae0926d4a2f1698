"""Generated Markdown through the splitters and both pens into the sandbox. `make check-long` plays
10,000 answers, this file a sample of others.
"""

import pytest

from tests.rendering.playing import play

FIRST_SEED = 1_000_000
EACH = 60


@pytest.mark.parametrize("part", range(5))
async def test_what_stands_in_slack_is_the_normalised_answer_and_nothing_in_it_is_live(part):
    """A87, A90, A91: no limit is exceeded, nothing is lost, broken or alive."""
    first = FIRST_SEED + part * EACH

    assert await play(range(first, first + EACH)) == {}


@pytest.mark.parametrize("seed", [13, 42, 289, 352, 1155, 5463, 9434])
async def test_answers_that_once_came_out_wrong(seed):
    """A cut in a fence without a line of code, messages of white space, a message that grew in its
    blocks alone."""
    assert await play([seed]) == {}
