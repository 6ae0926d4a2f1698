"""Access and refresh tokens: whose they are, what they may do, and how they end."""

import secrets
import time
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Token:
    """An access token. `holder` is a workspace's or an organization's id; `until` is on the
    monotonic clock in seconds, None for a token that does not expire."""

    value: str = field(repr=False)
    holder: str
    scopes: frozenset[str]
    installed_by: str
    refresh: str | None = field(default=None, repr=False)
    life_s: int | None = None
    until: float | None = None
    # Slack's word for why it is refused, once it is.
    refused: str | None = None

    @property
    def trouble(self) -> str | None:
        """Slack's error for a call with it, None while it is good."""
        if self.refused is not None:
            return self.refused
        expired = self.until is not None and time.monotonic() >= self.until
        return "token_expired" if expired else None


@dataclass(frozen=True, slots=True)
class Renewal:
    """A call with a refresh token: when, whose it was (None: nobody's), and whether it was good."""

    at: float
    holder: str | None
    renewed: bool


class Tokens:
    """All the tokens there ever were: Slack knows a dead one from one that never was."""

    def __init__(self) -> None:
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}
        self.renewals: list[Renewal] = []
        self._of: defaultdict[str, list[Token]] = defaultdict(list)

    def issue(
        self,
        holder: str,
        scopes: frozenset[str],
        installed_by: str,
        *,
        life_s: int | None = None,
        value: str | None = None,
    ) -> Token:
        """A new token; with a life in seconds it expires and has a refresh token, as with
        token rotation."""
        rotates = life_s is not None
        token = Token(
            value=value or new_bot_token(rotates=rotates),
            holder=holder,
            scopes=scopes,
            installed_by=installed_by,
            refresh=f"xoxe-1-{secrets.token_urlsafe(32)}" if rotates else None,
            life_s=life_s,
            until=None if life_s is None else time.monotonic() + life_s,
        )
        self._access[token.value] = token
        self._of[holder].append(token)
        if token.refresh is not None:
            self._refresh[token.refresh] = token
        return token

    def find(self, value: str) -> Token | None:
        """The token of this value, dead or alive."""
        return self._access.get(value)

    def renew(self, refresh: str, life_s: int) -> Token | None:
        """A new pair for a refresh token, which is used up; None if it is no longer good.

        The access token from before stays good until it expires, as on Slack.
        """
        token = self._refresh.pop(refresh, None)
        # A spent one still says whose it was.
        whose = token or next((t for t in self._access.values() if t.refresh == refresh), None)
        self.renewals.append(
            Renewal(time.time(), whose.holder if whose else None, token is not None)
        )
        if token is None:
            return None
        return self.issue(token.holder, token.scopes, token.installed_by, life_s=life_s)

    def expire(self, holder: str) -> None:
        """The holder's access tokens have expired now; the refresh token stays good."""
        for token in self._of[holder]:
            token.until = time.monotonic()

    def refuse(self, holder: str, word: str) -> list[Token]:
        """The holder's tokens are dead, refresh tokens too; those that were not before."""
        ended = [token for token in self._of[holder] if token.refused is None]
        for token in ended:
            token.refused = word
            self._refresh.pop(token.refresh or "", None)
        return ended


def new_bot_token(*, rotates: bool = False) -> str:
    """A random bot token in Slack's form; those that expire begin with `xoxe.`."""
    value = f"xoxb-{secrets.randbelow(10**12)}-{secrets.token_urlsafe(18)}"
    return f"xoxe.{value}" if rotates else value
