"""What kind of channel one is, by `conversations.info`: public for sure, or not."""

import logging
from functools import partial

from bot.slack.channels.asking import ask_again
from bot.slack.clients import SlackClients
from bot.slack.errors import PACED_CALL_ERRORS, error_code
from bot.slack.pacing.patience import waiting_at_most
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError

log = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds that a call may wait for its slot: somebody waits for an answer


class SlackChannelKinds:
    """docs.slack.dev, conversations.info. Of a public channel it needs `channels:read`."""

    def __init__(self, clients: SlackClients) -> None:
        self._clients = clients

    async def is_public(self, context: TenantContext, channel: str) -> bool:
        try:
            client = await self._clients.of(context)
            with waiting_at_most(PATIENCE):
                ask = partial(client.api.conversations_info, channel=channel)
                answer = await ask_again(ask)
        except (*PACED_CALL_ERRORS, DomainError) as error:
            log.info("it is not known whether a channel is public: %s", error_code(error))
            return False
        return says_public(answer.data)


def says_public(answer: object) -> bool:
    """Whether Slack says of a channel that everybody may look into it. Its id does not tell: private
    channels and group direct messages have ids of the same form."""
    channel = answer.get("channel") if isinstance(answer, dict) else None
    if not isinstance(channel, dict):
        return False
    is_closed = any(channel.get(kind) for kind in ("is_im", "is_mpim", "is_group"))
    return (
        channel.get("is_channel") is True and channel.get("is_private") is False and not is_closed
    )
