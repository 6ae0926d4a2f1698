"""Make one message of an answer and write its name down: one act, whatever becomes of the caller.

A worker that was stopped for longer than its lease may wake up just here. What it has asked of Slack
is made, although the answer is another worker's by now, who has looked for it too early. So the call
is heard to its end, also when the turn is cancelled, and what came too late is taken away again.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from bot.slack.errors import CALL_ERRORS, PACED_CALL_ERRORS, error_code, is_passing
from bot.slack.pacing.patience import LONGEST_WAIT, waiting_at_most
from bot.slack.posts import Posts, key_of
from core.conversations.model import Part, Place
from core.conversations.outbox import heard_to_its_end
from core.conversations.ports import AnswerParts, CannotPost
from core.kernel.errors import Overtaken, Postponed

log = logging.getLogger(__name__)

# Seconds between the looks for a message that Slack may have made: it may be away just now.
LOOKS = (0.0, 2.0, 8.0, 20.0)


@dataclass(frozen=True, slots=True)
class MessageMaker:
    """Makes the messages of one answer. *bot_user_id* is who says them."""

    posts: Posts
    place: Place
    parts: AnswerParts
    bot_user_id: str

    async def make(self, part: Part, call: Coroutine[Any, Any, str], *, streams: bool) -> None:
        """*call* asks Slack and returns the message's ts. Raises what it raises, and Overtaken."""
        await heard_to_its_end(self._make(part, call, streams))

    async def _make(self, part: Part, call: Coroutine[Any, Any, str], streams: bool) -> None:
        try:
            message_ts = await call
        except CALL_ERRORS as error:
            if is_passing(error):
                await self._look_after(part)
            raise
        try:
            await self.parts.opened(part, message_ts, streams=streams)
        except Overtaken:
            await self.disown(message_ts, streams=streams)
            raise

    async def _look_after(self, part: Part) -> None:
        """Slack may have made it and not said so. Who has the turn goes on, and finds it; for who has
        lost the turn nobody else does. Raises Overtaken."""
        for seconds in LOOKS:
            await asyncio.sleep(seconds)
            try:
                await self.parts.hold()
            except Postponed:
                continue  # the database is away: whose turn it is will be known
            except Overtaken:
                await self._take_away_unrecorded(part)
                raise
            return

    async def _take_away_unrecorded(self, part: Part) -> None:
        for seconds in LOOKS:
            await asyncio.sleep(seconds)
            try:
                posted, streamed = await self.unrecorded(part)
            except (CannotPost, *PACED_CALL_ERRORS) as error:
                log.info("whether a message came too late is not known yet: %s", error)
                continue
            for message_ts in (*posted, *streamed):
                await self.disown(message_ts, streams=True)
            return

    async def unrecorded(self, part: Part) -> tuple[list[str], list[str]]:
        """Messages of ours behind the question that no record names, oldest first: those posted under
        the part's key, and those that carry none, as streams do."""
        place, posted, streamed = self.place, list[str](), list[str]()
        since = place.asked_ts or place.thread_ts
        async for message in self.posts.said(place.channel, place.thread_ts, oldest=since):
            ts, key = str(message["ts"]), key_of(message)
            is_ours = (key == part.key and await self.posts.is_ours(message)) or (
                key is None and message.get("user") == self.bot_user_id
            )
            if is_ours and float(ts) > float(since) and not await self.parts.is_known(ts):
                (streamed if key is None else posted).append(ts)
        return posted, streamed

    async def disown(self, message_ts: str, *, streams: bool) -> None:
        """Take it away, unless another worker has found it meanwhile, and goes on in it."""
        if not await self.parts.disown(message_ts):
            return
        try:
            with waiting_at_most(LONGEST_WAIT):
                if streams:
                    await stop_stream(self.posts, self.place, message_ts)
                await self.posts.api.chat_delete(channel=self.place.channel, ts=message_ts)
        except PACED_CALL_ERRORS as error:
            log.warning("a message that came too late stays: %s", error_code(error))


async def stop_stream(posts: Posts, place: Place, message_ts: str) -> None:
    """It may be over long since, or none at all: what still streams says so when it is changed."""
    try:
        await posts.api.chat_stopStream(channel=place.channel, ts=message_ts)
    except CALL_ERRORS as error:
        log.info("an earlier stream was not stopped: %s", error_code(error))
