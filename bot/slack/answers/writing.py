"""The pen that a turn is given: streams where it can, rewrites where it must."""

from bot.slack.answers.pace import Pace
from bot.slack.answers.rewriting import RewritingPen
from bot.slack.answers.streaming import CannotStream, StreamingPen
from bot.slack.posts import Posts
from core.conversations.model import Place, Source, Speaker
from core.conversations.ports import AnswerParts


class WritingPen:
    """Begins as a stream, unless the server has none or an earlier try left messages to take over;
    changes to rewriting when the very first words are refused."""

    def __init__(
        self, posts: Posts, place: Place, speaker: Speaker, parts: AnswerParts, pace: Pace
    ) -> None:
        self._rewriting = RewritingPen(posts, place, speaker, parts, pace)
        self._pen: StreamingPen | RewritingPen = self._rewriting
        self._parts = parts
        if not parts.parts and posts.abilities.has(place.team_id, "streaming"):
            self._pen = StreamingPen(posts, place, speaker, parts, pace)
        self._written = ""

    async def take_over(self, bot_user_id: str) -> None:
        """Go on where an earlier try of this turn stopped."""
        if self._parts.parts:
            await self._rewriting.take_over(bot_user_id)

    async def write(self, text: str) -> None:
        self._written += text
        try:
            await self._pen.write(text)
        except CannotStream:
            self._pen = self._rewriting
            await self._pen.write(self._written)

    async def finish(self, answer: str, sources: tuple[Source, ...]) -> None:
        try:
            await self._pen.finish(answer, sources)
        except CannotStream:
            self._pen = self._rewriting
            await self._pen.finish(answer, sources)

    async def close(self) -> None:
        await self._pen.close()
