"""What a conversation needs of the outside: a messenger that posts and streams, files both ways."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from core.conversations.model import Outgoing, Part, Place, Source, Speaker
from core.db.tenant import TenantContext
from core.kernel.errors import Unavailable


class AnswerParts(Protocol):
    """Where a pen keeps which Slack messages carry an answer, before and after it makes them."""

    @property
    def parts(self) -> tuple[Part, ...]: ...

    async def opening(self) -> Part:
        """A new message is about to be made."""
        ...

    async def opened(self, part: Part, message_ts: str) -> None:
        """It was made, and this is its name."""
        ...

    async def is_known(self, message_ts: str) -> bool:
        """Whether a message of ours is on record under any part or post."""
        ...


class AnswerPen(Protocol):
    """Writes one answer so that the reader sees it grow, and in the end sees it whole and once."""

    async def write(self, text: str) -> None:
        """Add what the model said. Raises Stopped when the person has stopped the answer."""
        ...

    async def finish(self, answer: str, sources: tuple[Source, ...]) -> None:
        """Make what stands in Slack equal *answer*, with its sources below."""
        ...


class Stopped(Exception):
    """The person pressed Stop."""


class CannotPost(Unavailable):
    """Slack takes the message in that place neither now nor later.

    *reason* is Slack's own word for it; *scope* is the right that is missing, if that is why.
    """

    def __init__(self, words: str, reason: str = "refused", *, scope: str | None = None) -> None:
        super().__init__(words)
        self.reason = reason
        self.scope = scope


class CannotSend(Unavailable):
    """This Slack takes no file from the app, or not one of that size: another way is needed."""


class Messenger(Protocol):
    """Slack, as far as a conversation knows it.

    Raises CannotPost when the place is closed to us for good, Postponed when Slack is away or busy
    (NotCarriedOut: it was surely not carried out), Disconnected when it takes our token no more.
    """

    async def post(self, context: TenantContext, message: Outgoing, *, key: str) -> str:
        """Post and return the message's ts. *key* is kept in its metadata, to find it again."""
        ...

    async def find_posted(
        self, context: TenantContext, message: Outgoing, *, key: str
    ) -> str | None:
        """The ts of a message posted earlier under *key*, if Slack has it.

        Raises Postponed when Slack cannot say just now: only a later try may post.
        """
        ...

    async def update(self, context: TenantContext, message_ts: str, message: Outgoing) -> None:
        """Replace a message of ours."""
        ...

    async def respond(self, response_url: str, message: Outgoing) -> None:
        """Answer a command or a click for the person who made it, at the address it came with.

        Raises Invalid when the address is not Slack's, CannotPost when it is used up.
        """
        ...

    async def open_direct(self, context: TenantContext, person_id: str) -> str:
        """The channel of the direct message with a person."""
        ...

    def answer(
        self, context: TenantContext, place: Place, speaker: Speaker, parts: AnswerParts
    ) -> AbstractAsyncContextManager[AnswerPen]:
        """Show that the agent works, with a Stop button; hand out a pen; always clean up after."""
        ...


class FileSource(Protocol):
    async def fetch(
        self, context: TenantContext, url: str, *, size: int | None, limit: int
    ) -> bytes:
        """The bytes of a file in Slack, which says it has *size* of them.

        Raises Invalid (foreign host, too large, a page to sign in on), Postponed.
        """
        ...


class FileSink(Protocol):
    """Raises CannotSend when the server takes no such file, Postponed when it did not answer."""

    async def send(
        self, context: TenantContext, channel: str, path: Path, *, title: str, words: str
    ) -> None:
        """Share the file at *path*, under its own name, with *words* above it."""
        ...

    async def find_sent(self, context: TenantContext, channel: str, *, name: str) -> bool:
        """Whether a file of that name was shared there lately."""
        ...
