"""How often a growing answer is shown: all live answers of a workspace share Slack's allowance.

chat.appendStream is Tier 4 (100 a minute and workspace), chat.update Tier 3 (50). With k answers
growing at once, each is shown every max(0.5, 0.6 k) seconds, or max(1.2, 1.2 k) by updates: below
the allowance for any k (facts/perf.md, part 8). k counts this process alone; what other processes
use is known by the slots (bot/slack/pacing): without a free one a showing is left out.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

APPEND_SECONDS = 0.6
UPDATE_SECONDS = 1.2
QUICKEST_SECONDS = 0.5


class LiveAnswers:
    """Counts the growing answers of each workspace in this process."""

    def __init__(self) -> None:
        self._live: Counter[str] = Counter()

    @contextmanager
    def one_more(self, team_id: str) -> Iterator[None]:
        self._live[team_id] += 1
        try:
            yield
        finally:
            self._live[team_id] -= 1
            if not self._live[team_id]:
                del self._live[team_id]

    def seconds(self, team_id: str, each: float) -> float:
        return max(QUICKEST_SECONDS, each * max(1, self._live[team_id]))


class Ticker:
    """Says when the next showing is due; the first one is due at once."""

    def __init__(self, live: LiveAnswers, team_id: str, each: float) -> None:
        self._live, self._team_id, self._each = live, team_id, each
        self._next = 0.0

    def is_due(self) -> bool:
        return time.monotonic() >= self._next

    def shown(self) -> None:
        self._next = time.monotonic() + self._live.seconds(self._team_id, self._each)
