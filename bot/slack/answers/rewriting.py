"""Write an answer by posting messages and replacing their words.

For servers without streaming, and for an answer that an earlier worker began: its messages are
taken over and made to say the whole answer, so the reader sees it complete and once.
"""

import logging

from slack_sdk.errors import SlackApiError

from bot.slack.answers.pace import UPDATE_SECONDS, Pace, Ticker
from bot.slack.errors import CALL_ERRORS, error_code
from bot.slack.posts import Blocks, Posts, key_of
from core.conversations.model import Part, Place, Source, Speaker
from core.conversations.ports import AnswerParts
from handlers.blocks.answer import source_blocks, source_text
from handlers.blocks.markdown import neutral, split_markdown
from handlers.blocks.mrkdwn import to_mrkdwn

log = logging.getLogger(__name__)

# chat.update takes 4,000 characters of text; escaping makes some longer than they were.
LARGEST_PIECE = 3_000
LARGEST_TEXT = 4_000

_STREAM_IS_OVER = ("message_not_in_streaming_state", "message_not_found", "unknown_method")


class RewritingPen:
    """Shows what there is so far every now and then, and in the end all of it."""

    def __init__(
        self, posts: Posts, place: Place, speaker: Speaker, parts: AnswerParts, pace: Pace
    ) -> None:
        self._posts = posts
        self._place = place
        self._speaker = speaker
        self._parts = parts
        self._ticker = Ticker(pace, place.team_id, UPDATE_SECONDS)
        self._text = ""
        self._shown: dict[str, str] = {}
        self._takes_over = False

    async def take_over(self, bot_user_id: str) -> None:
        """Find and unlock what an earlier try left in Slack."""
        self._takes_over = True
        for part in self._parts.parts:
            if part.message_ts is None:
                found = await self._find_orphan(bot_user_id, part)
                if found is not None:
                    await self._parts.opened(part, found)
            if part.message_ts is not None:
                await self._stop_stream(part.message_ts)

    async def write(self, text: str) -> None:
        self._text += text
        # The messages of an earlier try already say something: they change once, at the end.
        if self._ticker.is_due() and not self._takes_over:
            await self._show(neutral(self._text), ())
            self._ticker.shown()

    async def finish(self, answer: str, sources: tuple[Source, ...]) -> None:
        await self._show(neutral(answer), sources)

    async def close(self) -> None:
        """Nothing stays open between two updates."""

    async def _show(self, text: str, sources: tuple[Source, ...]) -> None:
        pieces = split_markdown(text, LARGEST_PIECE) or [""]
        for number, piece in enumerate(pieces):
            ends = number == len(pieces) - 1
            await self._show_piece(number, piece, sources if ends else ())
        for part in self._parts.parts[len(pieces) :]:
            if part.message_ts is not None:
                await self._remove(part.message_ts)

    async def _show_piece(self, number: int, piece: str, sources: tuple[Source, ...]) -> None:
        text, blocks = _words(piece, sources)
        parts = self._parts.parts
        part = parts[number] if number < len(parts) else await self._parts.opening()
        if self._shown.get(part.key) == text:
            return
        if part.message_ts is None:
            ts = await self._posts.post(
                self._place.channel,
                text,
                blocks,
                thread_ts=self._place.thread_ts,
                speaker=self._speaker,
                key=part.key,
            )
            await self._parts.opened(part, ts)
        else:
            await self._posts.update(self._place.channel, part.message_ts, text, blocks)
        self._shown[part.key] = text

    async def _find_orphan(self, bot_user_id: str, part: Part) -> str | None:
        """A message that was made just before a crash, so that its ts was never written down.

        A posted one carries its key; a streamed one cannot, so it is known as the message of ours
        that follows the question, carries no key, and is named by no record.
        """
        place, orphan = self._place, None
        async for message in self._posts.said(
            place.channel, place.thread_ts, oldest=place.asked_ts or place.thread_ts
        ):
            ts, key = str(message["ts"]), key_of(message)
            if key == part.key:
                return ts
            ours = message.get("user") == bot_user_id and key is None
            follows = float(ts) > float(place.asked_ts or place.thread_ts)
            if ours and follows and not await self._parts.is_known(ts):
                orphan = ts
        return orphan

    async def _stop_stream(self, message_ts: str) -> None:
        try:
            await self._posts.api.chat_stopStream(channel=self._place.channel, ts=message_ts)
        except SlackApiError as error:
            if error_code(error) not in _STREAM_IS_OVER:
                log.info("an earlier stream was not stopped: %s", error_code(error))

    async def _remove(self, message_ts: str) -> None:
        try:
            await self._posts.api.chat_delete(channel=self._place.channel, ts=message_ts)
        except CALL_ERRORS as error:
            log.warning("a surplus message was not removed: %s", error_code(error))


def _words(piece: str, sources: tuple[Source, ...]) -> tuple[str, Blocks]:
    """The text every client can show, and the blocks that show it better."""
    blocks: Blocks = [{"type": "markdown", "text": piece}] if piece.strip() else []
    blocks += source_blocks(sources)
    text = to_mrkdwn(piece)
    if sources:
        text = f"{text}\n\n{source_text(sources)}"
    return text[:LARGEST_TEXT] or "…", blocks
