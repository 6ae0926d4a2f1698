"""What an installation asks of Slack."""

from typing import Protocol

from core.db.tenant import TenantContext
from core.kernel.errors import Refused
from core.kernel.secret import Secret
from core.tenancy.installation.model import Approved, TokenPair


class CodeRefused(Refused):
    """Slack does not take the code: it was used, is too old, or was made for somebody else."""


class RefreshRefused(Exception):
    """Slack does not take the refresh token, and will not take it later. `code` is its own word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SlackOAuth(Protocol):
    async def exchange(self, code: str, redirect_url: str) -> Approved:
        """What the person has approved. Raises CodeRefused, Unavailable."""
        ...

    async def refresh(self, refresh_token: Secret) -> TokenPair:
        """A new pair; the old refresh token is spent. Raises RefreshRefused, Unavailable."""
        ...


class TokenCheck(Protocol):
    async def still_works(self, context: TenantContext) -> bool:
        """Ask Slack whether this workspace's token is good. Raises Postponed when it cannot say."""
        ...
