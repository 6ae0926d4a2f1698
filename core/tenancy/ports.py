"""Where a person's standing comes from: Slack, asked by id."""

from collections.abc import Mapping
from typing import Any, Protocol

from core.db.tenant import TenantContext
from core.tenancy.model import Person


class Directory(Protocol):
    async def look_up(
        self, context: TenantContext, person_id: str, *, home_team: str | None
    ) -> Person:
        """Who Slack says this is; whom it does not know is an outsider. *home_team* is the team the
        event names for its author: it counts only on a server that is not Slack itself, where the
        record names no team.

        Raises Postponed when Slack is away or busy, Unavailable when it refuses to say.
        """
        ...

    async def read(self, context: TenantContext, record: Mapping[str, Any]) -> Person:
        """The person that Slack's own record is of, as an event carries it."""
        ...
