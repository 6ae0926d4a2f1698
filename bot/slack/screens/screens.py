"""Modals, the Home tab and suggested prompts behind the core's Screens port."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.slack.clients import SlackClients
from bot.slack.errors import PACED_CALL_ERRORS, error_code, in_our_words, is_not_served
from bot.slack.pacing.patience import waiting_at_most
from core.conversations.ports import TooLate
from core.db.tenant import TenantContext

log = logging.getLogger(__name__)

TOO_LATE = (
    "Slack lets me open a window for three seconds only, and I was not quick enough. "
    "Please try again."
)
_SPENT = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
MOST_PROMPTS = 4
LONGEST_TITLE = 60  # characters


class SlackScreens:
    """Shows what is no message, as each workspace's bot."""

    def __init__(self, clients: SlackClients) -> None:
        self._clients = clients

    async def open_modal(
        self, context: TenantContext, trigger_id: str, view: Mapping[str, Any]
    ) -> None:
        api = (await self._clients.of(context)).api
        await self._show(api.views_open, trigger_id, view)

    async def push_modal(
        self, context: TenantContext, trigger_id: str, view: Mapping[str, Any]
    ) -> None:
        api = (await self._clients.of(context)).api
        await self._show(api.views_push, trigger_id, view)

    @staticmethod
    async def _show(
        call: Callable[..., Awaitable[Any]], trigger_id: str, view: Mapping[str, Any]
    ) -> None:
        with in_our_words(), waiting_at_most(0.0):
            try:
                await call(trigger_id=trigger_id, view=dict(view))
            except SlackApiError as error:
                if error_code(error) not in _SPENT:
                    raise
                raise TooLate(TOO_LATE) from error

    async def publish_home(
        self, context: TenantContext, person_id: str, view: Mapping[str, Any]
    ) -> None:
        api = (await self._clients.of(context)).api
        with in_our_words():
            try:
                await api.views_publish(user_id=person_id, view=dict(view))
            except SlackApiError as error:
                if not is_not_served(error):
                    raise
                log.info("a Home tab is not shown: %s", error_code(error))

    async def suggest(
        self,
        context: TenantContext,
        channel: str,
        thread_ts: str | None,
        prompts: Sequence[str],
    ) -> None:
        shown = [
            {"title": prompt[:LONGEST_TITLE], "message": prompt}
            for prompt in prompts[:MOST_PROMPTS]
        ]
        if not shown:
            return
        where = {"thread_ts": thread_ts} if thread_ts else {}
        try:
            api = (await self._clients.of(context)).api
            with waiting_at_most(0.0):
                await api.api_call(
                    "assistant.threads.setSuggestedPrompts",
                    json={"channel_id": channel, "prompts": shown, **where},
                )
        except PACED_CALL_ERRORS as error:
            log.info("prompts are not suggested: %s", error_code(error))
