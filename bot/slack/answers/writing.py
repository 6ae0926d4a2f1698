"""The pen that a turn is given: streams where it can, rewrites where it must."""

import logging

from bot.slack.answers.rewriting import RewritingPen
from bot.slack.answers.streaming import OLDEST_STREAM_SECONDS, CannotStream, StreamingPen
from bot.slack.answers.ticker import LiveAnswers
from bot.slack.errors import error_code, in_our_words
from bot.slack.pacing.patience import patience_of_age, waiting_at_most
from bot.slack.posts import Posts
from core.conversations.model import Place, Source, Speaker
from core.conversations.ports import AnswerParts
from core.kernel.addresses import AllowedAddresses

log = logging.getLogger(__name__)


class WritingPen:
    """Begins as a stream, unless the server has none or an earlier try left messages to take over;
    goes on by rewriting when a stream cannot carry the answer any more.

    Raises CannotPost, Postponed, Disconnected, Stopped.
    """

    def __init__(
        self,
        posts: Posts,
        place: Place,
        speaker: Speaker,
        parts: AnswerParts,
        live: LiveAnswers,
        *,
        bot_user_id: str,
        oldest_stream_seconds: float = OLDEST_STREAM_SECONDS,
    ) -> None:
        self._rewriting = RewritingPen(posts, place, speaker, parts, live, bot_user_id=bot_user_id)
        self._pen: StreamingPen | RewritingPen = self._rewriting
        self._parts = parts
        if not parts.parts and posts.abilities.has(place.team_id, "streaming"):
            self._pen = StreamingPen(
                posts,
                place,
                speaker,
                parts,
                live,
                bot_user_id=bot_user_id,
                oldest_seconds=oldest_stream_seconds,
            )
        self._written = ""

    async def take_over(self) -> None:
        """Go on where an earlier try of this turn stopped."""
        if self._parts.parts:
            with in_our_words():
                await self._rewriting.take_over()

    def allow(self, addresses: AllowedAddresses) -> None:
        self._rewriting.allow(addresses)
        self._pen.allow(addresses)

    async def write(self, text: str) -> None:
        self._written += text
        with in_our_words():
            try:
                await self._pen.write(text)
            except CannotStream as error:
                self._rewrite(error)
                await self._pen.write(self._written)

    async def finish(self, answer: str, sources: tuple[Source, ...]) -> None:
        with in_our_words(), waiting_at_most(patience_of_age()):
            try:
                await self._pen.finish(answer, sources)
            except CannotStream as error:
                self._rewrite(error)
                await self._pen.finish(answer, sources)

    async def close(self) -> None:
        await self._pen.close()

    def _rewrite(self, error: CannotStream) -> None:
        """Nothing may be on show yet: then the answer grows by rewriting, as it would have."""
        why = error.__cause__ if isinstance(error.__cause__, Exception) else error
        log.info("an answer goes on without a stream: %s", error_code(why))
        self._pen = self._rewriting
        if not error.nothing_is_shown:
            self._rewriting.go_on()
