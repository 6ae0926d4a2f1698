"""Where it comes from who is in a channel: Slack, asked by the channel's id."""

from typing import Protocol

from core.db.tenant import TenantContext


class ChannelMembers(Protocol):
    async def list_members(self, context: TenantContext, channel: str) -> frozenset[str] | None:
        """The ids of everybody in a channel but AEGIS itself, other bots included.

        None whenever that cannot be learnt for sure: Slack is away, busy or refuses, the scope is
        missing, AEGIS is not in a private channel, or there are too many to look through.
        """
        ...
