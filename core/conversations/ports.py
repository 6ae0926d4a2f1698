"""What a conversation needs of the outside: a messenger that posts and streams, files both ways."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from core.conversations.files.model import SharedFile
from core.conversations.model import Outgoing, Part, Place, Source, Speaker
from core.db.tenant import TenantContext
from core.kernel.addresses import AllowedAddresses
from core.kernel.errors import Unavailable


class ChannelKinds(Protocol):
    """What Slack says of a channel."""

    async def is_public(self, context: TenantContext, channel: str) -> bool:
        """Whether everybody in the workspace may look into it, now. Not known is no."""
        ...


class AnswerParts(Protocol):
    """Where a pen keeps which Slack messages carry an answer, before and after it makes them."""

    @property
    def parts(self) -> tuple[Part, ...]: ...

    async def hold(self) -> None:
        """Raises Overtaken when the answer is another worker's by now, as the next two do; Postponed
        when that cannot be known just now."""
        ...

    async def opening(self) -> Part:
        """A new message is about to be made."""
        ...

    async def opened(self, part: Part, message_ts: str, *, streams: bool) -> None:
        """It was made, or found, and this is its name; nothing when it is about to be taken away.
        It *streams* if it was begun as a stream."""
        ...

    async def disown(self, message_ts: str) -> bool:
        """Whether a message that was made by one who is overtaken is nobody's: then it stays on
        record as that, and whoever made it takes it away."""
        ...

    async def is_known(self, message_ts: str) -> bool:
        """Whether a message of ours is on record under any part or post."""
        ...


class AnswerPen(Protocol):
    """Writes one answer so that the reader sees it grow, and in the end sees it whole and once."""

    def allow(self, addresses: AllowedAddresses) -> None:
        """From here on a link to one of these is live, to any other it is text. None is at first."""
        ...

    async def write(self, text: str) -> None:
        """Add what the model said. Raises Stopped when the person has stopped the answer."""
        ...

    async def finish(self, answer: str, sources: tuple[Source, ...]) -> None:
        """Make what stands in Slack equal *answer*, with its sources below."""
        ...


class Stopped(Exception):
    """The person pressed Stop."""


# The reason of what Slack may have shown, although it never said so.
UNKNOWN = "unknown"


class CannotPost(Unavailable):
    """Slack takes the message in that place neither now nor later.

    *reason* is Slack's own word for it; *scope* is the right that is missing, if that is why.
    """

    def __init__(self, words: str, reason: str = "refused", *, scope: str | None = None) -> None:
        super().__init__(words)
        self.reason = reason
        self.scope = scope


class TooLate(Unavailable):
    """Slack lets an app open a window for three seconds after somebody asked, and once."""


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
        self, context: TenantContext, message: Outgoing, *, key: str, since: float
    ) -> str | None:
        """The ts of a message posted under *key*, and not before *since* (epoch seconds, by the
        database's clock); None when it surely is not there.

        Raises Postponed when Slack cannot say just now: only a later try may post. Raises CannotPost
        (UNKNOWN) when it never will: nobody may.
        """
        ...

    async def update(self, context: TenantContext, message_ts: str, message: Outgoing) -> None:
        """Replace a message of ours."""
        ...

    async def remove(self, context: TenantContext, channel: str, message_ts: str) -> None:
        """Take a message of ours away."""
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


class Screens(Protocol):
    """What Slack shows beside messages, as far as the product knows it. A *view* is Block Kit."""

    async def open_modal(
        self, context: TenantContext, trigger_id: str, view: Mapping[str, Any]
    ) -> None:
        """Open a window for whoever did what the trigger is of.

        Raises TooLate, Postponed, CannotPost.
        """
        ...

    async def push_modal(
        self, context: TenantContext, trigger_id: str, view: Mapping[str, Any]
    ) -> None:
        """The same, on top of the window in which a button was pressed."""
        ...

    async def publish_home(
        self, context: TenantContext, person_id: str, view: Mapping[str, Any]
    ) -> None:
        """Show the Home tab to that person; nothing where the server has none. Raises Postponed."""
        ...

    async def suggest(
        self,
        context: TenantContext,
        channel: str,
        thread_ts: str | None,
        prompts: Sequence[str],
    ) -> None:
        """Offer things to ask, where Slack takes them. Never raises: it is decoration."""
        ...


class FileSource(Protocol):
    async def look_up(self, context: TenantContext, file: SharedFile) -> SharedFile:
        """The file as Slack knows it now, with its address.

        Raises NotFound when Slack does not have it any more, or not for us; Postponed.
        """
        ...

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
