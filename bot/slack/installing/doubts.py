"""Whether a token is as bad as Slack says: `invalid_auth` also comes in passing.

Slack says it of a call from an address that the workspace does not allow, and now and then of a
token that is good. So it is asked again, at once and after pauses, before the word is believed; and
what was believed is asked about now and then, for as long as the token is kept.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.slack.errors import CALL_ERRORS, TOKEN_ERRORS, error_code, is_passing
from bot.slack.pacing.web_client import PacedWebClient
from core.db.tenant import TenantContext
from core.kernel.errors import Postponed
from core.kernel.ids import TenantId
from core.kernel.secret import Secret
from core.pacing.model import NotCarriedOut
from core.tenancy.installation.model import TokenVersion
from core.tenancy.installation.refuse_token import DOUBTFUL, refuse_token

log = logging.getLogger(__name__)

# After each look that ends in `invalid_auth`, so long until the next; after the last it is believed.
PAUSES = (5.0, 30.0, 120.0)
GOOD_SECONDS = 2.0  # until a call is tried again with a token that turned out to be good
AWAY_SECONDS = 10.0
KEPT = 10_000

Key = tuple[TenantId, TokenVersion]


@dataclass(slots=True)
class _Doubt:
    """Of one token: how often Slack has confirmed that it is bad, and when to ask again."""

    confirmed: int = 0
    next_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class TokenDoubts:
    """The doubts of this process. *api* makes a client that speaks with a token, without a pace."""

    def __init__(self, api: Callable[[Secret], PacedWebClient]) -> None:
        self._api = api
        self._doubts: dict[Key, _Doubt] = {}

    async def takes(self, token: Secret) -> bool:
        """Whether Slack takes this token now. Raises Postponed when it cannot say."""
        return await self._why_not(token) is None

    async def is_over(self, owner: TenantContext, version: TokenVersion, token: Secret) -> bool:
        """Slack has said that an installation is over, and that is the doubt settled: what it says of
        the token twice in a row counts, without pauses. True when the token is condemned for it.

        Raises Postponed when Slack cannot say.
        """
        for _ in range(2):
            word = await self._why_not(token)
            if word not in DOUBTFUL:
                return False
        self._doubts.pop((owner.tenant_id, version), None)
        await refuse_token(owner, version, str(word))
        return True

    async def settle(
        self, owner: TenantContext, version: TokenVersion, token: Secret, code: str
    ) -> None:
        """Slack has answered a call with *code*. The token is condemned when this returns.

        Raises NotCarriedOut while it may be good: the call was not carried out, and may be later.
        """
        key = (owner.tenant_id, version)
        if code not in DOUBTFUL:
            self._doubts.pop(key, None)
            await refuse_token(owner, version, code)
            return
        if len(self._doubts) >= KEPT:
            self._doubts.clear()
        doubt = self._doubts.setdefault(key, _Doubt())
        async with doubt.lock:
            left = doubt.next_at - time.monotonic()
            if left > 0:
                raise NotCarriedOut(f"Slack said {code}, and is asked about the token soon", left)
            await self._look(owner, version, token, code, doubt)
        self._doubts.pop(key, None)

    async def _look(
        self, owner: TenantContext, version: TokenVersion, token: Secret, code: str, doubt: _Doubt
    ) -> None:
        try:
            word = await self._why_not(token)
        except Postponed as error:
            raise NotCarriedOut(str(error), error.seconds) from error
        if word is None or word == "token_expired":
            self._doubts.pop((owner.tenant_id, version), None)
            log.warning("Slack refused a token in passing", extra={"tenant": owner.tenant_id})
            raise NotCarriedOut(f"Slack said {code} of a token that it takes", GOOD_SECONDS)
        if word in DOUBTFUL and doubt.confirmed < len(PAUSES):
            pause = PAUSES[doubt.confirmed]
            doubt.confirmed, doubt.next_at = doubt.confirmed + 1, time.monotonic() + pause
            raise NotCarriedOut(f"Slack says {word}, and is asked again before that counts", pause)
        await refuse_token(owner, version, word)

    async def _why_not(self, token: Secret) -> str | None:
        """Slack's word for why it does not take the token; None when it does. Raises Postponed."""
        try:
            await self._api(token).auth_test()
        except CALL_ERRORS as error:
            word = error_code(error)
            if is_passing(error) or word not in TOKEN_ERRORS:
                raise Postponed(
                    f"Slack does not say whether a token works ({word})", AWAY_SECONDS
                ) from error
            return word
        return None
