"""Write an answer as a Slack stream: chat.startStream, appendStream, stopStream.

A stream lives about five minutes whatever is appended (facts/slack.md, §0.4), so it is rolled over
to a new message before that, as it is when a message is full. Whatever else goes wrong on the way,
the rewriting pen takes over: it makes the messages say the whole answer.
"""

import logging
import time
from functools import partial

from slack_sdk.errors import SlackApiError

from bot.slack.answers.making import MessageMaker
from bot.slack.answers.ticker import APPEND_SECONDS, LiveAnswers, Ticker
from bot.slack.errors import (
    CALL_ERRORS,
    PACED_CALL_ERRORS,
    error_code,
    is_about_arguments,
    is_not_served,
    is_passing,
)
from bot.slack.pacing.patience import LONGEST_WAIT, patience, waiting_at_most
from bot.slack.posts import Blocks, Posts
from core.conversations.model import Part, Place, Source, Speaker
from core.conversations.ports import AnswerParts, Stopped
from core.kernel.addresses import AllowedAddresses
from core.pacing.model import NotCarriedOut
from handlers.blocks.answers.sources import source_blocks
from handlers.blocks.markdown import Piece, StreamSplitter
from handlers.blocks.review.rating import feedback_block

log = logging.getLogger(__name__)

OLDEST_STREAM_SECONDS = 240.0
# chat.startStream is Tier 2, 20 a minute: after this long an answer is posted and rewritten instead.
SECONDS_FOR_START = 1.0
_OVER = "message_not_in_streaming_state"
_STOPPED = "stopped_by_user"


class CannotStream(Exception):
    """No stream can carry the answer, or no more of it: it is to be written by rewriting.

    With *nothing_is_shown* Slack has surely made no message yet.
    """

    def __init__(self, *, nothing_is_shown: bool = False) -> None:
        super().__init__()
        self.nothing_is_shown = nothing_is_shown


class StreamingPen:
    """Appends what the model says, at the workspace's pace."""

    def __init__(
        self,
        posts: Posts,
        place: Place,
        speaker: Speaker,
        parts: AnswerParts,
        live: LiveAnswers,
        *,
        bot_user_id: str,
        oldest_seconds: float = OLDEST_STREAM_SECONDS,
    ) -> None:
        self._maker = MessageMaker(posts, place, parts, bot_user_id)
        self._posts = posts
        self._place = place
        self._speaker = speaker
        self._parts = parts
        self._oldest_seconds = oldest_seconds
        self._ticker = Ticker(live, place.team_id, APPEND_SECONDS)
        self._splitter = StreamSplitter()
        self._written = ""
        self._delivered = ""
        self._pending: list[Piece] = []
        self._opening = ""  # of the next message, once there is something to say in it
        self._part: Part | None = None
        self._started = 0.0

    def allow(self, addresses: AllowedAddresses) -> None:
        self._splitter.allow(addresses)

    async def write(self, text: str) -> None:
        """Raises Stopped, Overtaken, and CannotStream when another pen has to go on."""
        self._written += text
        self._take(self._splitter.feed(text))
        if self._pending and self._ticker.is_due():
            # Without a free slot this showing is left out: the next one shows more.
            if await self._send(patience=0.0):
                await self._roll_over_if_old()
            self._ticker.shown()

    async def finish(self, answer: str, sources: tuple[Source, ...]) -> None:
        # What was written may have lost the white space at its end when a note was added.
        written = self._written.rstrip()
        if not answer.startswith(written):
            # A citation did not hold: a stream takes nothing back, the rewriting pen does.
            raise CannotStream
        rest = answer.removeprefix(written)
        pieces = self._splitter.feed(rest) + self._splitter.flush()
        if any(piece.text.strip() for piece in pieces):
            self._take(pieces)
        try:
            if not await self._send(patience=patience()):
                raise CannotStream
        except Stopped:
            # What could not be shown any more stays unshown; only the last word is added.
            self._pending.clear()
            await self._stop(source_blocks(sources), last_words=rest)
            return
        await self._stop(source_blocks(sources), is_last=True)

    async def close(self) -> None:
        """Leave no stream open, whatever happened."""
        if self._part is not None:
            try:
                await self._stop([])
            except (CannotStream, *PACED_CALL_ERRORS) as error:
                log.warning("a stream was not closed: %s", error_code(error))

    def _take(self, pieces: list[Piece]) -> None:
        """Queue what can be shown; what goes to the same message goes in one call."""
        for piece in pieces:
            piece = Piece(self._opening + piece.text, piece.new_message)
            self._opening = ""
            if self._pending and not piece.new_message:
                last = self._pending.pop()
                piece = Piece(last.text + piece.text, last.new_message)
            self._pending.append(piece)

    async def _send(self, *, patience: float) -> bool:
        """Show what is pending; False when there was no slot for all of it."""
        while self._pending:
            piece = self._pending[0]
            if piece.new_message:
                await self._stop([])
                piece = self._pending[0] = Piece(piece.text)
            # A message does not begin with white space alone: there would be nothing to see.
            if piece.text.strip() or (piece.text and self._part is not None):
                try:
                    await self._append(piece.text, patience)
                except NotCarriedOut:
                    return False
            self._delivered += piece.text
            del self._pending[0]
        return True

    async def _append(self, text: str, patience: float) -> None:
        if self._part is None:
            await self._start(text)
        elif not await self._was_appended(self._part, text, patience):
            self._part = None
            await self._start(self._reopening() + text)

    async def _was_appended(self, part: Part, text: str, patience: float) -> bool:
        """False when the stream is over and the text belongs into a new one. Raises Stopped."""
        try:
            with waiting_at_most(patience):
                await self._posts.api.chat_appendStream(
                    channel=self._place.channel, ts=str(part.message_ts), markdown_text=text
                )
        except CALL_ERRORS as error:
            if error_code(error) == _STOPPED:
                raise Stopped from error
            if error_code(error) == _OVER:
                return False
            raise CannotStream from error
        return True

    def _reopening(self) -> str:
        """A fence or a table's head that was open where Slack ended the stream."""
        before = StreamSplitter()
        before.feed(self._delivered)
        before.flush()
        return before.roll().opening

    async def _start(self, text: str) -> None:
        place, posts = self._place, self._posts
        is_first = not self._parts.parts
        part = await self._parts.opening()
        try:
            with waiting_at_most(SECONDS_FOR_START):
                starting = self._begin_stream(text)
                await self._maker.make(part, starting, streams=True)
        except (NotCarriedOut, *CALL_ERRORS) as error:
            if is_first and isinstance(error, SlackApiError) and _is_refusal(error):
                posts.abilities.lacks(place.team_id, "streaming")
            is_refused = isinstance(error, NotCarriedOut) or not is_passing(error)
            raise CannotStream(nothing_is_shown=is_first and is_refused) from error
        self._started = time.monotonic()
        if part.message_ts is None:
            raise CannotStream
        self._part = part

    async def _begin_stream(self, text: str) -> str:
        place = self._place
        answer = await self._posts.api.chat_startStream(
            channel=place.channel,
            thread_ts=place.thread_ts,
            markdown_text=text,
            recipient_team_id=place.team_id,
            recipient_user_id=place.person_id,
            **self._posts.speaker_arguments(self._speaker),
        )
        return str(answer["ts"])

    async def _roll_over_if_old(self) -> None:
        if self._part is None or time.monotonic() - self._started < self._oldest_seconds:
            return
        turnover = self._splitter.roll()
        if turnover.closing:
            try:
                await self._was_appended(self._part, turnover.closing, LONGEST_WAIT)
            except NotCarriedOut as error:
                raise CannotStream from error
        await self._stop([])
        self._delivered += turnover.closing
        self._opening = turnover.opening

    async def _stop(self, blocks: Blocks, last_words: str = "", *, is_last: bool = False) -> None:
        """With *is_last* the blocks must be seen: where the stream takes them no more, raises
        CannotStream."""
        if self._part is None:
            return
        part, self._part = self._part, None
        try:
            await self._stop_with(part, blocks, last_words, is_last)
        except (NotCarriedOut, *CALL_ERRORS) as error:
            is_over = error_code(error) in (_OVER, _STOPPED)
            if not is_over or (is_last and blocks):
                raise CannotStream from error

    async def _stop_with(self, part: Part, blocks: Blocks, last_words: str, is_last: bool) -> None:
        """Below the last message stand buttons to judge the answer by, where the server has them."""
        abilities, team_id = self._posts.abilities, self._place.team_id
        has_buttons = is_last and abilities.has(team_id, "feedback")
        stopping = partial(
            self._posts.api.chat_stopStream,
            channel=self._place.channel,
            ts=str(part.message_ts),
            markdown_text=last_words or None,
        )
        try:
            await stopping(blocks=[*blocks, *([feedback_block()] if has_buttons else [])] or None)
        except SlackApiError as error:
            if not has_buttons or not is_about_arguments(error):
                raise
            abilities.lacks(team_id, "feedback")
            await stopping(blocks=blocks or None)


def _is_refusal(error: SlackApiError) -> bool:
    return is_not_served(error) or is_about_arguments(error)
