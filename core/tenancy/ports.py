"""Where a person's standing comes from: Slack, asked by id."""

from collections.abc import Collection, Mapping
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

    async def look_up_all(
        self, context: TenantContext, person_ids: Collection[str]
    ) -> list[Person]:
        """As many of these as could be learnt, in few calls. A bot of another company is an outsider
        here: whoever is behind it reads along. Never raises."""
        ...

    async def read(self, context: TenantContext, record: Mapping[str, Any]) -> Person:
        """The person that Slack's own record is of, as an event carries it."""
        ...
