"""Who is in a channel, and in which channels a person is: all of them, or nobody knows."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.channels.asking import ask_again
from bot.slack.clients import SlackClients
from bot.slack.errors import PACED_CALL_ERRORS, error_code
from bot.slack.pacing.patience import waiting_at_most
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError

log = logging.getLogger(__name__)

PAGE = 900  # Slack takes up to 999
MOST_PAGES = 5  # what these do not hold is not looked through
PATIENCE = 3.0  # seconds that a page may wait for its slot: somebody waits for an answer
# Less where there is another way to learn it, which takes its time too.
PATIENCE_FOR_LIST = 1.0
# Those that a document can belong to.
KINDS = "public_channel,private_channel"

Json = dict[str, Any]


class _NotAll(Exception):
    """What came is no list, or not the whole of one."""


_UNKNOWN = (*PACED_CALL_ERRORS, DomainError, _NotAll)


class SlackMembers:
    """docs.slack.dev, conversations.members and users.conversations. Needs `channels:read`,
    `groups:read`, `mpim:read`."""

    def __init__(self, clients: SlackClients) -> None:
        self._clients = clients

    async def list_members(self, context: TenantContext, channel: str) -> frozenset[str] | None:
        try:
            client = await self._clients.of(context)
            ask = partial(client.api.conversations_members, channel=channel)
            with waiting_at_most(PATIENCE):
                found = await _read_all(ask, lambda page: page.get("members"))
        except _UNKNOWN as error:
            log.info("it is not known who is in a channel: %s", error_code(error))
            return None
        return found - {client.bot_user_id}

    async def list_channels(self, context: TenantContext, person_id: str) -> frozenset[str] | None:
        """Archived ones too: who was in them may read on there."""
        try:
            client = await self._clients.of(context)
            ask = partial(client.api.users_conversations, user=person_id, types=KINDS)
            with waiting_at_most(PATIENCE_FOR_LIST):
                return await _read_all(ask, lambda page: _ids(page.get("channels")))
        except _UNKNOWN as error:
            log.info("it is not known in which channels somebody is: %s", error_code(error))
            return None


async def _read_all(
    ask: Callable[..., Awaitable[AsyncSlackResponse]], read: Callable[[Json], object]
) -> frozenset[str]:
    """The ids on all pages. Raises _NotAll, and what a call raises."""
    found: set[str] = set()
    cursor = ""
    for _ in range(MOST_PAGES):
        answer = await ask_again(partial(ask, limit=PAGE, cursor=cursor or None))
        page = answer.data if isinstance(answer.data, dict) else {}
        ids = read(page)
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            raise _NotAll("no list of ids")
        found.update(ids)
        more = page.get("response_metadata")
        cursor = str((more.get("next_cursor") if isinstance(more, dict) else "") or "")
        if not cursor:
            return frozenset(found)
    raise _NotAll("too many")


def _ids(records: object) -> object:
    """The ids of channel objects; what is none stays what it is."""
    if not isinstance(records, list):
        return None
    return [one.get("id") if isinstance(one, dict) else None for one in records]
