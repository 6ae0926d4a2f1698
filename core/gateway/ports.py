"""What the gateway asks of a model vendor, and how a vendor may fail."""

from collections.abc import AsyncGenerator
from typing import Literal, Protocol

from core.gateway.model import Delta, Finished
from core.gateway.prompt import Prompt

AnswerStream = AsyncGenerator[Delta | Finished, None]
FailureKind = Literal[
    "refused", "rate_limited", "server", "timeout", "garbage", "cut", "filtered", "length"
]
# Of these it is the request that is to blame, whatever the vendor calls it.
WORDLESS: tuple[FailureKind, ...] = ("filtered", "length")


class ProviderError(Exception):
    """A provider did not answer. Its text is for the log: it never carries what the vendor sent.

    refused       could not be reached, or would not take the request (400, 401, 404, …; a form
                  of the answer that it cannot keep to)
    rate_limited  429; *retry_after* seconds if it said so
    server        5xx, or an error in the middle of the stream
    timeout       no answer in time
    garbage       an answer that is not of the agreed form, or is empty
    filtered      the vendor lets nobody have an answer to this
    length        it thought until it had no tokens left, and said nothing
    cut           the stream ended before the answer did

    *about_request*: it takes other requests, and this one not; it says nothing of how the provider is.
    """

    def __init__(
        self,
        kind: FailureKind,
        words: str = "",
        *,
        retry_after: float | None = None,
        about_request: bool = False,
    ) -> None:
        super().__init__(f"{kind}: {words}" if words else kind)
        self.kind: FailureKind = kind
        self.retry_after = retry_after
        self.about_request = about_request or kind in WORDLESS


class Provider(Protocol):
    """A model behind one wire format."""

    @property
    def name(self) -> str:
        """The vendor, for people and for the log: `groq`, `offline`, …"""
        ...

    @property
    def model(self) -> str:
        """The vendor's own name of the model."""
        ...

    def stream(self, prompt: Prompt) -> AnswerStream:
        """Pieces of text, then exactly one Finished. Raises ProviderError.

        An empty piece says that the model is at work on what is not for the reader: it thinks, or
        writes the arguments of a call.
        """
        ...
