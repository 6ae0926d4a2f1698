"""Write an answer as a Slack stream: chat.startStream, appendStream, stopStream.

A stream lives about five minutes whatever is appended (facts/slack.md, §0.4), so it is rolled over
to a new message before that, as it is when a message is full.
"""

import logging
import time

from slack_sdk.errors import SlackApiError

from bot.slack.answers.pace import APPEND_SECONDS, Pace, Ticker
from bot.slack.errors import CALL_ERRORS, error_code, is_about_arguments, is_not_served
from bot.slack.posts import Blocks, Posts
from core.conversations.model import Part, Place, Source, Speaker
from core.conversations.ports import AnswerParts, Stopped
from handlers.blocks.answer import source_blocks
from handlers.blocks.markdown import Piece, StreamSplitter

log = logging.getLogger(__name__)

OLDEST_STREAM_SECONDS = 240.0
_OVER = "message_not_in_streaming_state"
_STOPPED = "stopped_by_user"


class CannotStream(Exception):
    """The server takes no streams, or none in this place. Nothing has been shown yet."""


class StreamingPen:
    """Appends what the model says, at the workspace's pace."""

    def __init__(
        self, posts: Posts, place: Place, speaker: Speaker, parts: AnswerParts, pace: Pace
    ) -> None:
        self._posts = posts
        self._place = place
        self._speaker = speaker
        self._parts = parts
        self._ticker = Ticker(pace, place.team_id, APPEND_SECONDS)
        self._splitter = StreamSplitter()
        self._written = ""
        self._pending: list[Piece] = []
        self._part: Part | None = None
        self._started = 0.0

    async def write(self, text: str) -> None:
        """Raises Stopped, or CannotStream before anything was shown."""
        self._written += text
        self._take(self._splitter.feed(text))
        if self._pending and self._ticker.is_due():
            await self._send()
            await self._roll_over_if_old()
            self._ticker.shown()

    async def finish(self, answer: str, sources: tuple[Source, ...]) -> None:
        # What was written may have lost the white space at its end when a note was added.
        rest = answer.removeprefix(self._written.rstrip())
        self._take(self._splitter.feed(rest) + self._splitter.flush())
        try:
            await self._send()
        except Stopped:
            # What could not be shown any more stays unshown; only the last word is added.
            self._pending.clear()
            await self._stop(source_blocks(sources), last_words=rest)
            return
        await self._stop(source_blocks(sources))

    async def close(self) -> None:
        """Leave no stream open, whatever happened."""
        if self._part is not None:
            try:
                await self._stop([])
            except CALL_ERRORS as error:
                log.warning("a stream was not closed: %s", error_code(error))

    def _take(self, pieces: list[Piece]) -> None:
        """Queue what can be shown; what goes to the same message goes in one call."""
        for piece in pieces:
            if self._pending and not piece.new_message:
                last = self._pending.pop()
                piece = Piece(last.text + piece.text, last.new_message)
            self._pending.append(piece)

    async def _send(self) -> None:
        while self._pending:
            piece = self._pending[0]
            if piece.new_message:
                await self._stop([])
            if piece.text:
                await self._append(piece.text)
            del self._pending[0]

    async def _append(self, text: str) -> None:
        if self._part is not None and await self._was_appended(self._part, text):
            return
        await self._start(text)

    async def _was_appended(self, part: Part, text: str) -> bool:
        """False when the stream is over and the text belongs into a new one. Raises Stopped."""
        try:
            await self._posts.api.chat_appendStream(
                channel=self._place.channel, ts=str(part.message_ts), markdown_text=text
            )
        except SlackApiError as error:
            if error_code(error) == _STOPPED:
                raise Stopped from error
            if error_code(error) != _OVER:
                raise
            self._part = None
            return False
        return True

    async def _start(self, text: str) -> None:
        place, posts = self._place, self._posts
        part = await self._parts.opening()
        speaker = posts.speaker_arguments(self._speaker)
        try:
            answer = await posts.api.chat_startStream(
                channel=place.channel,
                thread_ts=place.thread_ts,
                markdown_text=text,
                recipient_team_id=place.team_id,
                recipient_user_id=place.person_id,
                **speaker,
            )
        except SlackApiError as error:
            if len(self._parts.parts) == 1 and _is_refusal(error):
                posts.abilities.lacks(place.team_id, "streaming")
                raise CannotStream from error
            raise
        self._started = time.monotonic()
        await self._parts.opened(part, str(answer["ts"]))
        self._part = part

    async def _roll_over_if_old(self) -> None:
        if self._part is None or time.monotonic() - self._started < OLDEST_STREAM_SECONDS:
            return
        turnover = self._splitter.roll()
        if turnover.closing:
            await self._append(turnover.closing)
        await self._stop([])
        self._take([Piece(turnover.opening)])

    async def _stop(self, blocks: Blocks, last_words: str = "") -> None:
        if self._part is None:
            return
        part, self._part = self._part, None
        try:
            await self._posts.api.chat_stopStream(
                channel=self._place.channel,
                ts=str(part.message_ts),
                blocks=blocks or None,
                markdown_text=last_words or None,
            )
        except SlackApiError as error:
            if error_code(error) not in (_OVER, _STOPPED):
                raise


def _is_refusal(error: SlackApiError) -> bool:
    return is_not_served(error) or is_about_arguments(error)
