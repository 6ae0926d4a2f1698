"""Who is in a channel, by `conversations.members`: all of them, or nobody knows."""

import logging
from functools import partial

from bot.slack.channels.asking import ask_again
from bot.slack.clients import SlackClients
from bot.slack.errors import PACED_CALL_ERRORS, error_code
from bot.slack.pacing.patience import waiting_at_most
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError

log = logging.getLogger(__name__)

PAGE = 900  # Slack takes up to 1,000
MOST_PAGES = 5  # a channel with more people than these hold is not looked through
PATIENCE = 3.0  # seconds that a page may wait for its slot: somebody waits for an answer


class SlackMembers:
    """docs.slack.dev, conversations.members. Needs `channels:read`, `groups:read`, `mpim:read`."""

    def __init__(self, clients: SlackClients) -> None:
        self._clients = clients

    async def list_members(self, context: TenantContext, channel: str) -> frozenset[str] | None:
        try:
            client = await self._clients.of(context)
            found: set[str] = set()
            cursor = ""
            with waiting_at_most(PATIENCE):
                for _ in range(MOST_PAGES):
                    ask = partial(
                        client.api.conversations_members,
                        channel=channel,
                        limit=PAGE,
                        cursor=cursor or None,
                    )
                    answer = await ask_again(ask)
                    people, cursor = _page(answer.data)
                    found.update(people)
                    if not cursor:
                        return frozenset(found - {client.bot_user_id})
        except (*PACED_CALL_ERRORS, DomainError, _NotAPage) as error:
            log.info("it is not known who is in a channel: %s", error_code(error))
            return None
        log.info("too many are in a channel to look through")
        return None


class _NotAPage(Exception):
    """What came is no list of people."""


def _page(answer: object) -> tuple[list[str], str]:
    """The people on it, and where the next one begins; empty on the last."""
    people = answer.get("members") if isinstance(answer, dict) else None
    if not isinstance(people, list) or not all(isinstance(one, str) for one in people):
        raise _NotAPage
    assert isinstance(answer, dict)
    more = answer.get("response_metadata")
    cursor = more.get("next_cursor") if isinstance(more, dict) else ""
    return people, str(cursor or "")
