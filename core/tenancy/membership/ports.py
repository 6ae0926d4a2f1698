"""Where it comes from who is in which channel: Slack, asked by an id."""

from typing import Protocol

from core.db.tenant import TenantContext


class ChannelMembers(Protocol):
    async def list_members(self, context: TenantContext, channel: str) -> frozenset[str] | None:
        """The ids of everybody in a channel but AEGIS itself, other bots included.

        None whenever that cannot be learnt for sure: Slack is away, busy or refuses, the scope is
        missing, AEGIS is not in a private channel, or there are too many to look through.
        """
        ...

    async def list_channels(self, context: TenantContext, person_id: str) -> frozenset[str] | None:
        """The ids of the channels that a person is in, of the private ones those that AEGIS is in too.

        None whenever that cannot be learnt for sure, as above.
        """
        ...
