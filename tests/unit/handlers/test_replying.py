"""What is said to the person, and what is tried again without a word."""

from typing import Any

import pytest

from core.kernel.errors import Busy, Disconnected
from handlers.replying import explained


@pytest.mark.parametrize("trouble", [Busy, Disconnected])
async def test_what_passes_by_itself_is_left_to_the_worker(trouble):
    """A database that hung was told as "please try again", and the question was given up."""
    untouched: Any = None  # nothing is said and nothing stored, so nobody is needed for it

    with pytest.raises(trouble):
        async with explained(untouched, untouched):
            raise trouble("AEGIS is busy at the moment. Please try again.")
