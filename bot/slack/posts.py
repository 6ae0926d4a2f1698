"""One message in Slack: made, changed, found again. Falls back when a server takes less."""

from collections.abc import AsyncIterator
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.abilities import Abilities
from bot.slack.errors import error_code, is_about_arguments, is_passing, not_known, unlooked
from core.conversations.model import Speaker

METADATA_EVENT = "aegis_message"
PAGE = 200  # messages a call
MOST_PAGES = 25
# The thread is gone, and what stood in it.
_NOTHING_THERE = ("thread_not_found", "message_not_found")

FEEDBACK = "context_actions"  # the block in which the buttons stand that judge an answer

Blocks = list[dict[str, Any]]


class Posts:
    """Posts as one workspace's bot. `markdown` blocks, metadata and names are given up in turn."""

    def __init__(self, api: AsyncWebClient, team_id: str, abilities: Abilities) -> None:
        self.api = api
        self.team_id = team_id
        self.abilities = abilities

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

    async def find(self, channel: str, thread_ts: str | None, key: str) -> str | None:
        """The message that carries *key* in its metadata; None when it surely is not there.

        Raises what Slack raised when it could not say just now, CannotPost when it never will: the
        message may be there.
        """
        if not self.abilities.has(self.team_id, "metadata"):
            raise not_known()
        async for message in self.said(channel, thread_ts):
            if key_of(message) == key:
                return str(message["ts"])
        return None

    async def said(
        self, channel: str, thread_ts: str | None, *, oldest: str | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """A thread's messages from the oldest on, or a channel's newest.

        Raises what Slack raised when another try may be answered, CannotPost when Slack shows none
        of them, or not all: who cannot look must not take that for "not there".
        """
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page: dict[str, Any] = {"limit": PAGE, "cursor": cursor, "include_all_metadata": True}
            try:
                if thread_ts:
                    answer = await self.api.conversations_replies(
                        channel=channel, ts=thread_ts, oldest=oldest, **page
                    )
                else:
                    answer = await self.api.conversations_history(channel=channel, **page)
            except SlackApiError as error:
                if is_passing(error):
                    raise
                if error_code(error) in _NOTHING_THERE:
                    return
                raise unlooked(error) from error
            for message in answer.get("messages") or []:
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not thread_ts or not cursor:
                return
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
    """The key a message was posted under, where the server kept it."""
    key = ((message.get("metadata") or {}).get("event_payload") or {}).get("key")
    return str(key) if key else None
