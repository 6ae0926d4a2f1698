"""Slack behind the core's Messenger port."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.slack.abilities import Abilities
from bot.slack.answers.session import AgentSession
from bot.slack.answers.streaming import OLDEST_STREAM_SECONDS
from bot.slack.answers.ticker import LiveAnswers
from bot.slack.answers.writing import WritingPen
from bot.slack.clients import BotClient, SlackClients
from bot.slack.errors import REFUSED_FOR_SIZE, error_code, in_our_words
from bot.slack.posts import Posts
from core.conversations.model import Outgoing, Place, Speaker
from core.conversations.ports import AnswerParts, AnswerPen, CannotPost
from core.db.tenant import TenantContext
from core.kernel.errors import DomainError, Invalid, Postponed
from core.pacing.model import NotCarriedOut
from core.tenancy.workspaces import Workspaces

log = logging.getLogger(__name__)

T = TypeVar("T")
# Slack's own host for the addresses that commands and clicks are answered at.
RESPONSE_HOST = "hooks.slack.com"


class SlackMessenger:
    """Posts, changes and streams as each workspace's bot."""

    def __init__(
        self,
        clients: SlackClients,
        workspaces: Workspaces,
        session: aiohttp.ClientSession,
        *,
        oldest_stream_seconds: float = OLDEST_STREAM_SECONDS,
    ) -> None:
        self._clients = clients
        self._workspaces = workspaces
        self._session = session
        self._abilities = Abilities()
        self._live = LiveAnswers()
        self._oldest_stream_seconds = oldest_stream_seconds

    async def post(self, context: TenantContext, message: Outgoing, *, key: str) -> str:
        posts = await self._posts(context)
        async with self._in_our_words(context):
            return await _or_plainly(partial(_post, posts, key), message)

    async def find_posted(
        self, context: TenantContext, message: Outgoing, *, key: str, since: float
    ) -> str | None:
        if message.only_for is not None:
            return None  # what one person sees is in nobody's history
        posts = await self._posts(context)
        async with self._in_our_words(context):
            return await posts.find(message.channel, message.thread_ts, key, since=since)

    async def update(self, context: TenantContext, message_ts: str, message: Outgoing) -> None:
        posts = await self._posts(context)
        async with self._in_our_words(context):
            await _or_plainly(partial(_update, posts, message_ts), message)

    async def remove(self, context: TenantContext, channel: str, message_ts: str) -> None:
        posts = await self._posts(context)
        async with self._in_our_words(context):
            await posts.api.chat_delete(channel=channel, ts=message_ts)

    async def respond(self, response_url: str, message: Outgoing) -> None:
        if not self._is_slacks(response_url):
            raise Invalid("The address to answer at is not Slack's.")
        body: dict[str, object] = {"response_type": "ephemeral", "text": message.text}
        if message.blocks:
            body["blocks"] = list(message.blocks)
        with in_our_words():
            async with self._session.post(response_url, json=body, allow_redirects=False) as answer:
                status = answer.status
        if status == 429 or status >= 500:
            raise NotCarriedOut(f"Slack did not take an answer to a command ({status})")
        if status >= 300:
            raise CannotPost(f"Slack did not take the answer ({status}).", f"http_{status}")

    async def tell_unserved(self, response_url: str, words: str) -> None:
        """Answer a click in a workspace that is not served, if its address takes it. Raises nothing."""
        try:
            await self.respond(response_url, Outgoing("", words))
        except (CannotPost, DomainError, Postponed) as trouble:
            log.info("a click where nobody is served was not answered: %s", trouble)

    async def open_direct(self, context: TenantContext, person_id: str) -> str:
        client = await self._clients.of(context)
        async with self._in_our_words(context):
            answer = await client.api.conversations_open(users=person_id)
        return str(answer["channel"]["id"])

    @asynccontextmanager
    async def answer(
        self, context: TenantContext, place: Place, speaker: Speaker, parts: AnswerParts
    ) -> AsyncIterator[AnswerPen]:
        client = await self._clients.of(context)
        session = AgentSession(client.api, place, self._abilities, begun=bool(parts.parts))
        session.begin()
        pen = WritingPen(
            self._posts_of(client, place.team_id),
            place,
            speaker,
            parts,
            self._live,
            bot_user_id=client.bot_user_id,
            oldest_stream_seconds=self._oldest_stream_seconds,
        )
        try:
            async with self._in_our_words(context):
                with self._live.one_more(place.team_id):
                    await pen.take_over()
                    yield pen
        finally:
            await pen.close()
            await session.end()

    @asynccontextmanager
    async def _in_our_words(self, context: TenantContext) -> AsyncIterator[None]:
        """And the owner is told of a right that is missing: nobody else can grant it."""
        try:
            with in_our_words():
                yield
        except CannotPost as refusal:
            if refusal.scope is None:
                raise
            notices = self._clients.notices
            await notices.lacks(context.tenant_id, refusal.scope)
            words = f"{refusal} {notices.remedy()}"
            raise CannotPost(words, refusal.reason, scope=refusal.scope) from refusal

    async def _posts(self, context: TenantContext) -> Posts:
        client = await self._clients.of(context)
        return self._posts_of(client, await self._workspaces.team_of(context.tenant_id))

    def _posts_of(self, client: BotClient, team_id: str) -> Posts:
        return Posts(client.api, team_id, self._abilities, client.bot_user_id)

    def _is_slacks(self, url: str) -> bool:
        """Slack's host over https; or the stand-in's own, where the API is on this machine."""
        try:
            parts, api = urlsplit(url), urlsplit(self._clients.base_url)
        except ValueError:
            return False
        if parts.scheme == "https" and parts.netloc == RESPONSE_HOST:
            return True
        return parts.netloc == api.netloc and parts.scheme == api.scheme


async def _or_plainly(call: Callable[[Outgoing], Awaitable[T]], message: Outgoing) -> T:
    """Without its blocks, when Slack takes them not at all or not so many: the text says it too."""
    try:
        return await call(message)
    except SlackApiError as error:
        if not message.blocks or error_code(error) not in REFUSED_FOR_SIZE:
            raise
        log.warning("a message is sent without its blocks: %s", error_code(error))
    return await call(replace(message, blocks=()))


async def _post(posts: Posts, key: str, message: Outgoing) -> str:
    place, blocks = {"thread_ts": message.thread_ts}, list(message.blocks)
    if message.only_for is not None:
        return await posts.post_ephemeral(
            message.channel, message.only_for, message.text, blocks, **place
        )
    return await posts.post(
        message.channel, message.text, blocks, speaker=message.speaker, key=key, **place
    )


async def _update(posts: Posts, message_ts: str, message: Outgoing) -> None:
    await posts.update(message.channel, message_ts, message.text, list(message.blocks))
