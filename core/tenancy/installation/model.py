"""A workspace's token as Slack hands it out and as it is kept."""

from dataclasses import dataclass
from datetime import datetime

from core.kernel.secret import Secret


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An access token, and what renews it where tokens expire. Kept and replaced together."""

    access: Secret
    refresh: Secret | None = None
    expires_in: int | None = None  # seconds from when Slack said so; None: never

    def as_text(self) -> bytes:
        """What is sealed: the access token, and on a second line the refresh token if any."""
        lines = [self.access.reveal()]
        if self.refresh:
            lines.append(self.refresh.reveal())
        return "\n".join(lines).encode()

    @staticmethod
    def of_text(opened: bytes) -> "TokenPair":
        access, _, refresh = opened.decode().partition("\n")
        return TokenPair(Secret(access), Secret(refresh) if refresh else None)


@dataclass(frozen=True, slots=True)
class TokenVersion:
    """Which token this is, without being it: another installation or a renewal is another version,
    and the same token sealed with a new key is not."""

    installed_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token as it is kept. `is_due`: it expires soon and is to be renewed; `is_expired`: it has.
    `refused` is Slack's word for why it takes the token no more, or empty. `ends_at` is set once
    Slack has refused to renew it: until then it works, and after that only a reinstall helps."""

    pair: TokenPair
    version: TokenVersion
    bot_user_id: str
    refused: str
    is_due: bool
    is_expired: bool
    ends_at: datetime | None = None
    installed_by: str = ""
    scopes: str = ""


@dataclass(frozen=True, slots=True)
class Approved:
    """What Slack gave for a code: for a workspace, or (`team_id` None) for a whole organization."""

    pair: TokenPair
    team_id: str | None
    enterprise_id: str | None
    bot_user_id: str
    scopes: str
    installed_by: str
