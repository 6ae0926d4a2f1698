"""Write an answer by posting messages and replacing their words.

For servers without streaming, for bursts that Slack's allowance of streams does not carry, and for
an answer that was begun and could not go on, in this process or an earlier one: its messages are
taken over and made to say the whole answer, so the reader sees it complete and once.
"""

import logging

from slack_sdk.errors import SlackApiError

from bot.slack.answers.making import MessageMaker, stop_stream
from bot.slack.answers.ticker import UPDATE_SECONDS, LiveAnswers, Ticker
from bot.slack.errors import (
    CALL_ERRORS,
    PACED_CALL_ERRORS,
    REFUSED_FOR_SIZE,
    TOO_LONG,
    error_code,
    is_passing,
)
from bot.slack.pacing.patience import waiting_at_most
from bot.slack.posts import Blocks, Posts
from core.conversations.model import Part, Place, Source, Speaker
from core.conversations.ports import AnswerParts
from core.kernel.addresses import NO_ADDRESSES, AllowedAddresses
from core.kernel.errors import Postponed
from handlers.blocks.answers.pieces import LARGEST_PIECE, SMALLEST_PIECE, Piece, pieces_of
from handlers.blocks.markdown import neutral
from handlers.blocks.review.rating import feedback_block

log = logging.getLogger(__name__)

# The message cannot be changed any more; its words go into a new one.
_CANNOT_CHANGE = ("message_not_found", "cant_update_message", "edit_window_closed")
_CONFLICT = "streaming_state_conflict"


class RewritingPen:
    """Shows what there is so far every now and then, and in the end all of it."""

    def __init__(
        self,
        posts: Posts,
        place: Place,
        speaker: Speaker,
        parts: AnswerParts,
        live: LiveAnswers,
        *,
        bot_user_id: str,
    ) -> None:
        self._maker = MessageMaker(posts, place, parts, bot_user_id)
        self._posts = posts
        self._place = place
        self._speaker = speaker
        self._parts = parts
        self._ticker = Ticker(live, place.team_id, UPDATE_SECONDS)
        self._allowed: AllowedAddresses = NO_ADDRESSES
        self._text = ""
        self._shown: dict[str, Piece] = {}
        self._unsure: set[str] = set()  # keys of posts that Slack may have made or not
        self._takes_over = self._has_taken_over = False
        self._limit, self._blocks_too = LARGEST_PIECE, True

    def go_on(self) -> None:
        """What a stream has begun is taken over at the end: Slack may be away just now."""
        self._takes_over = True

    async def take_over(self) -> None:
        """Find and unlock what an earlier try, or a stream, left in Slack.

        Of several streams only the last may be open: each was stopped before the next was begun.
        """
        self._takes_over = True
        for part in self._parts.parts:
            if part.message_ts is None:
                await self._adopt(part)
        streams = [part.message_ts for part in self._parts.parts if part.streams]
        if streams:
            await stop_stream(self._posts, self._place, str(streams[-1]))
        self._has_taken_over = True

    async def _adopt(self, part: Part) -> None:
        """Go on in the message that was made just before a crash, so that its ts was never written
        down. More of them, by workers that did not know of each other, are taken away."""
        posted, streamed = await self._maker.unrecorded(part)
        for surplus in posted[1:]:
            await self._maker.disown(surplus, streams=False)
        for message_ts in posted[:1] or streamed[-1:]:
            await self._parts.opened(part, message_ts, streams=True)

    def allow(self, addresses: AllowedAddresses) -> None:
        self._allowed = addresses

    async def write(self, text: str) -> None:
        self._text += text
        # The messages of an earlier try already say something: they change once, at the end.
        if self._takes_over or not self._ticker.is_due():
            return
        try:
            # Who was stopped for long would put its half answer in the place of another's whole one.
            await self._parts.hold()
            with waiting_at_most(0.0):
                await self._show(neutral(self._text, self._allowed), ())
        except (Postponed, *CALL_ERRORS) as error:
            if not isinstance(error, Postponed) and not is_passing(error):
                raise
            log.info("a growing answer is shown later: %s", error_code(error))
        self._ticker.shown()

    async def finish(self, answer: str, sources: tuple[Source, ...]) -> None:
        if self._takes_over and not self._has_taken_over:
            await self.take_over()
        await self._show(neutral(answer, self._allowed), sources, [feedback_block()])

    async def close(self) -> None:
        """Nothing stays open between two updates."""

    async def _show(
        self, text: str, sources: tuple[Source, ...], below: Blocks | None = None
    ) -> None:
        """In smaller messages when Slack takes none of that size, in the end as plain text."""
        while True:
            try:
                pieces = pieces_of(
                    text, sources, self._limit, self._blocks_too, self._allowed, below
                )
                await self._show_all(pieces)
            except SlackApiError as error:
                if error_code(error) not in REFUSED_FOR_SIZE or not self._shrink(error):
                    raise
                continue
            return

    def _shrink(self, error: SlackApiError) -> bool:
        """False when there is nothing left to try."""
        log.warning("an answer is split smaller: %s", error_code(error))
        if error_code(error) in TOO_LONG and self._limit > SMALLEST_PIECE:
            self._limit //= 2
        elif self._blocks_too:
            self._blocks_too = False
        else:
            return False
        self._shown.clear()
        return True

    async def _show_all(self, pieces: list[Piece]) -> None:
        for number, piece in enumerate(pieces):
            parts = self._parts.parts
            part = parts[number] if number < len(parts) else await self._parts.opening()
            if self._shown.get(part.key) != piece:
                await self._show_piece(part, piece)
                self._shown[part.key] = piece
        for part in self._parts.parts[len(pieces) :]:
            if part.message_ts is not None:
                await self._remove(part)

    async def _show_piece(self, part: Part, piece: Piece) -> None:
        if part.message_ts is not None and await self._was_changed(part.message_ts, piece):
            return
        found = None
        if part.key in self._unsure:
            found = await self._posts.find(self._place.channel, self._place.thread_ts, part.key)
        if found is None:
            posting = self._post(part, piece)
            await self._maker.make(part, posting, streams=False)
        else:
            await self._was_changed(found, piece)
            await self._parts.opened(part, found, streams=False)

    async def _post(self, part: Part, piece: Piece) -> str:
        try:
            return await self._posts.post(
                self._place.channel,
                piece.text,
                piece.blocks,
                thread_ts=self._place.thread_ts,
                speaker=self._speaker,
                key=part.key,
            )
        except CALL_ERRORS as error:
            if is_passing(error):
                self._unsure.add(part.key)
            raise

    async def _was_changed(self, message_ts: str, piece: Piece) -> bool:
        """False when nobody can change that message any more."""
        update = self._posts.update
        try:
            try:
                await update(self._place.channel, message_ts, piece.text, piece.blocks)
            except SlackApiError as error:
                if error_code(error) != _CONFLICT:
                    raise
                await stop_stream(self._posts, self._place, message_ts)
                await update(self._place.channel, message_ts, piece.text, piece.blocks)
        except SlackApiError as error:
            if error_code(error) in _CANNOT_CHANGE:
                return False
            raise
        return True

    async def _remove(self, part: Part) -> None:
        """Raises what Slack raised when another try may do it: its words stand twice until then."""
        try:
            await self._posts.api.chat_delete(channel=self._place.channel, ts=str(part.message_ts))
        except PACED_CALL_ERRORS as error:
            if not isinstance(error, CALL_ERRORS) or is_passing(error):
                raise
            log.warning("a surplus message was not removed: %s", error_code(error))
