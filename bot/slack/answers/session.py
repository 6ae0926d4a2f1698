"""An agent at work, as Slack shows it: the status line and the Stop button."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.abilities import Abilities, Ability
from bot.slack.errors import PACED_CALL_ERRORS, error_code, is_about_arguments, is_not_served
from bot.slack.pacing.patience import LONGEST_WAIT, waiting_at_most
from core.conversations.model import Place
from core.pacing.model import NotCarriedOut

log = logging.getLogger(__name__)

WORKING = "is reading your documents…"


class AgentSession:
    """Shows that an agent works in a thread. What Slack does not take is left out: an answer never
    waits for its decoration, so the calls run beside the work."""

    def __init__(
        self, api: AsyncWebClient, place: Place, abilities: Abilities, *, begun: bool
    ) -> None:
        """*begun*: an earlier try of the turn may have left the line and the button on show."""
        self._api = api
        self._place = place
        self._abilities = abilities
        self._has_session = self._has_status = begun
        self._beginning: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._beginning = asyncio.create_task(self._begin())

    async def end(self) -> None:
        """What was shown is taken away, also when that has to wait for its slot."""
        if self._beginning is not None:
            await self._beginning
        if self._has_session:
            await self._set_session("active", LONGEST_WAIT)
        if self._has_status:
            await self._set_status("", LONGEST_WAIT)

    async def _begin(self) -> None:
        self._has_session |= await self._set_session("processing", 0.0)
        self._has_status |= await self._set_status(WORKING, 0.0)

    async def _set_session(self, status: str, patience: float) -> bool:
        """docs.slack.dev, agents.sessions.setStatus: `processing` shows Stop, `active` ends it."""
        place = self._place
        with waiting_at_most(patience):
            return await self._was_shown(
                "sessions",
                self._api.agents_sessions_setStatus(
                    channel_id=place.channel, thread_ts=place.thread_ts, status=status
                ),
            )

    async def _set_status(self, status: str, patience: float) -> bool:
        place = self._place
        with waiting_at_most(patience):
            return await self._was_shown(
                "status",
                self._api.assistant_threads_setStatus(
                    channel_id=place.channel, thread_ts=place.thread_ts, status=status
                ),
            )

    async def _was_shown(self, ability: Ability, call: Coroutine[Any, Any, object]) -> bool:
        """False when it surely was not."""
        if not self._abilities.has(self._place.team_id, ability):
            call.close()
            return False
        try:
            await call
        except NotCarriedOut:
            return False
        except PACED_CALL_ERRORS as error:
            if is_not_served(error) or is_about_arguments(error):
                self._abilities.lacks(self._place.team_id, ability)
                return False
            log.info("%s not shown: %s", ability, error_code(error))
        return True
