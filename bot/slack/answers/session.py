"""An agent at work, as Slack shows it: the status line and the Stop button."""

import asyncio
import logging

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.abilities import Abilities
from bot.slack.errors import CALL_ERRORS, is_about_arguments, is_not_served
from core.conversations.model import Place

log = logging.getLogger(__name__)

WORKING = "is reading your documents…"


class AgentSession:
    """Shows that an agent works in a thread. What Slack does not take is left out: an answer never
    waits for its decoration, so the calls run beside the work."""

    def __init__(self, api: AsyncWebClient, place: Place, abilities: Abilities) -> None:
        self._api = api
        self._place = place
        self._abilities = abilities
        self._beginning: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._beginning = asyncio.create_task(self._begin())

    async def end(self) -> None:
        if self._beginning is not None:
            await self._beginning
        await self._set_session("active")
        await self._set_status("")

    async def _begin(self) -> None:
        await self._set_session("processing")
        await self._set_status(WORKING)

    async def _set_session(self, status: str) -> None:
        """docs.slack.dev, agents.sessions.setStatus: `processing` shows Stop, `active` ends it."""
        place = self._place
        if not self._abilities.has(place.team_id, "sessions"):
            return
        try:
            await self._api.agents_sessions_setStatus(
                channel_id=place.channel, thread_ts=place.thread_ts, status=status
            )
        except CALL_ERRORS as error:
            if is_not_served(error) or is_about_arguments(error):
                self._abilities.lacks(place.team_id, "sessions")
            else:
                log.warning("agent session status not set", exc_info=error)

    async def _set_status(self, status: str) -> None:
        place = self._place
        if not self._abilities.has(place.team_id, "status"):
            return
        try:
            await self._api.assistant_threads_setStatus(
                channel_id=place.channel, thread_ts=place.thread_ts, status=status
            )
        except CALL_ERRORS as error:
            if is_not_served(error) or is_about_arguments(error):
                self._abilities.lacks(place.team_id, "status")
            else:
                log.warning("status not set", exc_info=error)
