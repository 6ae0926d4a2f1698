"""What an installation asks of Slack."""

from collections.abc import Mapping
from typing import Protocol

from core.db.tenant import TenantContext
from core.kernel.errors import Refused
from core.kernel.secret import Secret
from core.tenancy.installation.model import Approved, TokenPair


class CodeRefused(Refused):
    """Slack does not take the code: it was used, is too old, or was made for somebody else. Then it
    may have given a token for it all the same, which is `unkept`."""

    def __init__(self, words: str, unkept: Approved | None = None) -> None:
        super().__init__(words)
        self.unkept = unkept


class RefreshRefused(Exception):
    """Slack does not take the refresh token. `code` is its own word."""

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

    async def revoke(self, token: Secret) -> None:
        """Make an access token worthless. One that is so already is no error. Raises Unavailable."""
        ...


class TokenCheck(Protocol):
    async def still_works(self, context: TenantContext) -> bool:
        """Ask Slack whether any token that speaks here is good: the workspace's own, else its
        organization's. Raises Postponed when it cannot say."""
        ...


class TeamList(Protocol):
    async def list_teams(self, organization: TenantContext) -> Mapping[str, str]:
        """The workspaces that an organization lets the app into, all of them: Slack id → name.

        Raises Postponed, and Unavailable for an answer that is not to be understood, or a refusal.
        """
        ...


class TokenProbe(Protocol):
    async def takes(self, token: Secret) -> bool:
        """Whether Slack takes this token now, whatever it said before. Raises Postponed when it
        cannot say."""
        ...
