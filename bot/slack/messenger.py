"""Slack behind the core's Messenger port."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.slack.abilities import Abilities
from bot.slack.answers.pace import Pace
from bot.slack.answers.session import AgentSession
from bot.slack.answers.writing import WritingPen
from bot.slack.clients import BotClient, SlackClients
from bot.slack.errors import CALL_ERRORS, error_code
from bot.slack.posts import Posts
from core.conversations.model import Outgoing, Place, Speaker
from core.conversations.ports import AnswerParts, AnswerPen, CannotPost
from core.db.tenant import TenantContext
from core.kernel.errors import Invalid, Unavailable
from core.tenancy.workspaces import Workspaces

log = logging.getLogger(__name__)

_CLOSED_TO_US = frozenset(
    {"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "cannot_dm_bot"}
)
# Slack's own host for the addresses that commands and clicks are answered at.
RESPONSE_HOST = "hooks.slack.com"


class SlackMessenger:
    """Posts, changes and streams as each workspace's bot."""

    def __init__(
        self, clients: SlackClients, workspaces: Workspaces, session: aiohttp.ClientSession
    ) -> None:
        self._clients = clients
        self._workspaces = workspaces
        self._session = session
        self._abilities = Abilities()
        self._pace = Pace()

    async def post(self, context: TenantContext, message: Outgoing, *, key: str) -> str:
        posts = await self._posts(context)
        try:
            if message.only_for is not None:
                return await _post_ephemeral(posts, message)
            return await posts.post(
                message.channel,
                message.text,
                list(message.blocks),
                thread_ts=message.thread_ts,
                speaker=message.speaker,
                key=key,
            )
        except CALL_ERRORS as error:
            raise _in_words(error) from error

    async def find_posted(
        self, context: TenantContext, message: Outgoing, *, key: str
    ) -> str | None:
        if message.only_for is not None:
            return None  # what one person sees is in nobody's history
        return await (await self._posts(context)).find(message.channel, message.thread_ts, key)

    async def update(self, context: TenantContext, message_ts: str, message: Outgoing) -> None:
        posts = await self._posts(context)
        try:
            await posts.update(message.channel, message_ts, message.text, list(message.blocks))
        except CALL_ERRORS as error:
            raise _in_words(error) from error

    async def respond(self, response_url: str, message: Outgoing) -> None:
        if not self._is_slacks(response_url):
            raise Invalid("The address to answer at is not Slack's.")
        body: dict[str, object] = {"response_type": "ephemeral", "text": message.text}
        if message.blocks:
            body["blocks"] = list(message.blocks)
        async with self._session.post(response_url, json=body, allow_redirects=False) as answer:
            if answer.status >= 400:
                raise Unavailable(f"Slack did not take the answer ({answer.status}).")

    async def open_direct(self, context: TenantContext, person_id: str) -> str:
        client = await self._clients.of(context)
        try:
            answer = await client.api.conversations_open(users=person_id)
        except CALL_ERRORS as error:
            raise _in_words(error) from error
        return str(answer["channel"]["id"])

    @asynccontextmanager
    async def answer(
        self, context: TenantContext, place: Place, speaker: Speaker, parts: AnswerParts
    ) -> AsyncIterator[AnswerPen]:
        client = await self._clients.of(context)
        session = AgentSession(client.api, place, self._abilities)
        session.begin()
        pen = WritingPen(self._posts_of(client, place.team_id), place, speaker, parts, self._pace)
        try:
            with self._pace.one_more(place.team_id):
                await pen.take_over(client.bot_user_id)
                yield pen
        finally:
            await pen.close()
            await session.end()

    async def _posts(self, context: TenantContext) -> Posts:
        client = await self._clients.of(context)
        return self._posts_of(client, await self._workspaces.team_of(context.tenant_id))

    def _posts_of(self, client: BotClient, team_id: str) -> Posts:
        return Posts(client.api, team_id, self._abilities)

    def _is_slacks(self, url: str) -> bool:
        """Slack's host over https; or the stand-in's own, where the API is on this machine."""
        try:
            parts, api = urlsplit(url), urlsplit(self._clients.base_url)
        except ValueError:
            return False
        if parts.scheme == "https" and parts.netloc == RESPONSE_HOST:
            return True
        return parts.netloc == api.netloc and parts.scheme == api.scheme


async def _post_ephemeral(posts: Posts, message: Outgoing) -> str:
    """docs.slack.dev, chat.postEphemeral: seen by one person, gone when they reload."""
    answer = await posts.api.chat_postEphemeral(
        channel=message.channel,
        user=str(message.only_for),
        text=message.text,
        thread_ts=message.thread_ts,
        blocks=list(message.blocks) or None,
    )
    return str(answer.get("message_ts") or "")


def _in_words(error: Exception) -> Unavailable:
    if isinstance(error, SlackApiError) and error_code(error) in _CLOSED_TO_US:
        return CannotPost("I am not in that channel. Invite me with /invite @AEGIS and ask again.")
    return Unavailable(f"Slack did not take the message ({error_code(error)}).")
