"""Where a person's standing comes from: Slack, asked by id."""

from typing import Protocol

from core.db.tenant import TenantContext
from core.tenancy.model import Person


class Directory(Protocol):
    async def look_up(
        self, context: TenantContext, person_id: str, *, home_team: str | None
    ) -> Person:
        """Who Slack says this is. *home_team* is the team the event names for its author.

        What cannot be established is an outsider. Raises Unavailable when Slack does not answer.
        """
        ...
