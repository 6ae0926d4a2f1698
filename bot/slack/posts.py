"""One message in Slack: made, changed, found again. Falls back when a server takes less."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.abilities import Abilities
from bot.slack.errors import error_code, is_about_arguments, is_passing, not_known, unlooked
from core.conversations.model import Speaker

METADATA_EVENT = "aegis_message"
PAGE = 200  # messages a call
MOST_PAGES = 25
CLOCKS_APART = 300.0  # seconds by which the database's clock and Slack's may differ
# The thread is gone, and what stood in it.
_NOTHING_THERE = ("thread_not_found", "message_not_found")

FEEDBACK = "context_actions"  # the block in which the buttons stand that judge an answer

Blocks = list[dict[str, Any]]


class Posts:
    """Posts as one workspace's bot. `markdown` blocks, metadata and names are given up in turn."""

    def __init__(
        self, api: AsyncWebClient, team_id: str, abilities: Abilities, bot_user_id: str = ""
    ) -> None:
        self.api = api
        self.team_id = team_id
        self.abilities = abilities
        self.bot_user_id = bot_user_id
        self._us: Mapping[str, Any] | None = None

    async def post(
        self,
        channel: str,
        text: str,
        blocks: Blocks,
        *,
        thread_ts: str | None,
        speaker: Speaker | None,
        key: str,
    ) -> str:
        """Returns the message's ts. Raises what Slack raised when nothing is left to give up."""
        while True:
            extras = self._extras(blocks, speaker, key)
            try:
                answer = await self.api.chat_postMessage(
                    channel=channel,
                    text=text,
                    thread_ts=thread_ts,
                    unfurl_links=False,
                    unfurl_media=False,
                    **extras,
                )
            except SlackApiError as error:
                if not self._give_up_one(error, extras):
                    raise
                continue
            return str(answer["ts"])

    async def post_ephemeral(
        self, channel: str, person_id: str, text: str, blocks: Blocks, *, thread_ts: str | None
    ) -> str:
        """docs.slack.dev, chat.postEphemeral: seen by one person, gone when they reload."""
        answer = await self.api.chat_postEphemeral(
            channel=channel, user=person_id, text=text, thread_ts=thread_ts, blocks=blocks or None
        )
        return str(answer.get("message_ts") or "")

    async def update(self, channel: str, message_ts: str, text: str, blocks: Blocks) -> None:
        """Replace the words of a message of ours."""
        while True:
            extras = self._extras(blocks, None, None)
            try:
                await self.api.chat_update(channel=channel, ts=message_ts, text=text, **extras)
            except SlackApiError as error:
                if not self._give_up_one(error, extras):
                    raise
                continue
            return

    async def find(
        self, channel: str, thread_ts: str | None, key: str, *, since: float = 0.0
    ) -> str | None:
        """Our message that carries *key* in its metadata; None when it surely is not there. It was
        not made before *since*, in epoch seconds of the database's clock.

        Raises what Slack raised when it could not say just now, CannotPost when it never will: the
        message may be there.
        """
        if not self.abilities.has(self.team_id, "metadata"):
            raise not_known()
        oldest = f"{max(since - CLOCKS_APART, 0.0):.6f}"
        async for message in self.said(channel, thread_ts, oldest=oldest):
            if key_of(message) == key and await self.is_ours(message):
                return str(message["ts"])
        return None

    async def is_ours(self, message: dict[str, Any]) -> bool:
        """Whether we have said it: any app may write any metadata. A message under another name may
        have no user, so in doubt Slack is asked who we are. Raises as `said` does."""
        user, bot = message.get("user"), message.get("bot_id")
        if user and user == self.bot_user_id:
            return True
        us = await self._who_we_are()
        if (user and user == us.get("user_id")) or (bot and bot == us.get("bot_id")):
            return True
        if not user and not us.get("bot_id"):
            raise not_known()
        return False

    async def _who_we_are(self) -> Mapping[str, Any]:
        """docs.slack.dev, auth.test: `user_id` and `bot_id`."""
        if self._us is None:
            try:
                answer = await self.api.auth_test()
            except SlackApiError as error:
                if is_passing(error):
                    raise
                raise unlooked(error) from error
            self._us = {name: answer.get(name) for name in ("user_id", "bot_id")}
        return self._us

    async def said(
        self, channel: str, thread_ts: str | None, *, oldest: str
    ) -> AsyncIterator[dict[str, Any]]:
        """A thread's messages from the oldest on, or a channel's from the newest on, none from before
        the ts *oldest*. A page may hold fewer than we ask for: 15, where Slack allows an app no more.

        Raises what Slack raised when another try may be answered, CannotPost when Slack shows none
        of them, or not all: who cannot look must not take that for "not there".
        """
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page: dict[str, Any] = {"channel": channel, "oldest": oldest, "limit": PAGE}
            page |= {"cursor": cursor, "include_all_metadata": True}
            try:
                if thread_ts:
                    answer = await self.api.conversations_replies(ts=thread_ts, **page)
                else:
                    answer = await self.api.conversations_history(**page)
            except SlackApiError as error:
                if is_passing(error):
                    raise
                if error_code(error) in _NOTHING_THERE:
                    return
                raise unlooked(error) from error
            for message in answer.get("messages") or []:
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor and not answer.get("has_more"):
                return
            if not cursor:
                break
        raise not_known()

    def speaker_arguments(self, speaker: Speaker | None) -> dict[str, Any]:
        if speaker is None or not self.abilities.has(self.team_id, "speaker"):
            return {}
        return {"username": speaker.name, "icon_emoji": speaker.icon_emoji}

    def _extras(self, blocks: Blocks, speaker: Speaker | None, key: str | None) -> dict[str, Any]:
        extras = self.speaker_arguments(speaker)
        if key is not None and self.abilities.has(self.team_id, "metadata"):
            payload = {"event_type": METADATA_EVENT, "event_payload": {"key": key}}
            extras["metadata"] = payload
        if not self.abilities.has(self.team_id, "markdown"):
            blocks = [block for block in blocks if block["type"] != "markdown"]
            # Without its markdown block a message is its text; sources alone would replace it.
            blocks = (
                blocks if any(block["type"] in ("section", "actions") for block in blocks) else []
            )
        if not self.abilities.has(self.team_id, "feedback"):
            blocks = [block for block in blocks if block["type"] != FEEDBACK]
        if blocks:
            extras["blocks"] = blocks
        return extras

    def _give_up_one(self, error: SlackApiError, extras: dict[str, Any]) -> bool:
        """Drop the likeliest cause of a refusal; False when there is none left to drop."""
        code = error_code(error)
        if code == "missing_scope" and "username" in extras:
            self.abilities.lacks(self.team_id, "speaker")
        elif is_about_arguments(error) and code != "invalid_blocks" and "metadata" in extras:
            self.abilities.lacks(self.team_id, "metadata")
        elif is_about_arguments(error) and self._has(extras, FEEDBACK):
            self.abilities.lacks(self.team_id, "feedback")
        elif is_about_arguments(error) and self._has(extras, "markdown"):
            self.abilities.lacks(self.team_id, "markdown")
        elif is_about_arguments(error) and "username" in extras:
            self.abilities.lacks(self.team_id, "speaker")
        else:
            return False
        return True

    @staticmethod
    def _has(extras: dict[str, Any], kind: str) -> bool:
        return any(block["type"] == kind for block in extras.get("blocks", []))


def key_of(message: dict[str, Any]) -> str | None:
    """The key a message was posted under, where the server kept it, and if it looks like ours."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != METADATA_EVENT:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return str(key) if key else None
