"""What the server at the other end can do, learned from its refusals and remembered for a while.

Slack itself serves everything here. Older and smaller servers do not, and a workspace may not have
granted a scope; an answer must arrive all the same.
"""

import logging
import time
from typing import Literal

log = logging.getLogger(__name__)

Ability = Literal["streaming", "sessions", "status", "metadata", "speaker", "markdown", "feedback"]

# A scope granted or a server updated later is noticed after this long.
FORGET_SECONDS = 600.0


class Abilities:
    """Assumes that a workspace's server can do a thing until it has refused it."""

    def __init__(self) -> None:
        self._missing: dict[tuple[str, Ability], float] = {}

    def has(self, team_id: str, ability: Ability) -> bool:
        return self._missing.get((team_id, ability), 0.0) <= time.monotonic()

    def lacks(self, team_id: str, ability: Ability) -> None:
        if self.has(team_id, ability):
            log.info("doing without a Slack feature", extra={"team": team_id, "ability": ability})
        self._missing[(team_id, ability)] = time.monotonic() + FORGET_SECONDS
