"""The card of a file, as it is being read: changed now and then, and never waited for."""

import asyncio
import logging
import time
from types import TracebackType

from core.conversations.files.filing import Filing
from core.conversations.files.model import FileStatus
from core.conversations.model import Outgoing
from core.conversations.ports import CannotPost
from core.db.tenant import TenantContext
from core.kernel.errors import Disconnected, Postponed

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 2.0  # what is read sooner has one change of its card: the last
LONGEST_PAUSE_SECONDS = 10.0
_SLOWER = 1.5
# For a change that is under way when all is done: the last one shall be the last to arrive.
LAST_SECONDS = 5.0


class FileCard:
    """Says how far a file is, where there is a card to say it on. What Slack does not take is left
    out: somebody has taken the message away, or there is no slot for it; the file is read all the
    same. An async context manager, at whose end nothing is under way any more."""

    def __init__(
        self, context: TenantContext, filing: Filing, place: Outgoing, message_ts: str | None
    ) -> None:
        self._context = context
        self._filing = filing
        self._place = place
        self._message_ts = message_ts
        self._pause = FIRST_PAUSE_SECONDS
        self._due_at = time.monotonic() + self._pause
        self._changing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "FileCard":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._changing is not None:
            await asyncio.wait({self._changing}, timeout=LAST_SECONDS)
            self._changing.cancel()

    def show(self, status: FileStatus) -> None:
        """If it is time for it. Slower and slower: a long document takes no slot of the answers."""
        is_busy = self._changing is not None and not self._changing.done()
        if self._message_ts is None or is_busy or time.monotonic() < self._due_at:
            return
        self._changing = asyncio.create_task(self._change(self._message_ts, status))
        self._pause = min(self._pause * _SLOWER, LONGEST_PAUSE_SECONDS)
        self._due_at = time.monotonic() + self._pause

    async def _change(self, message_ts: str, status: FileStatus) -> None:
        text, blocks = self._filing.draw(status)
        card = Outgoing(self._place.channel, text, self._place.thread_ts, tuple(blocks))
        try:
            await self._filing.messenger.update(self._context, message_ts, card)
        except CannotPost as closed:
            log.info("the card of a file is gone", extra={"reason": closed.reason})
            self._message_ts = None
        except (Postponed, Disconnected) as trouble:
            log.info("the card of a file was not changed: %s", trouble)
