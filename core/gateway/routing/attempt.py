"""One provider's stream under the clock, held to the form of an answer."""

import asyncio
import time
from contextlib import aclosing

from core.gateway.model import Delta, Finished
from core.gateway.ports import AnswerStream, Provider, ProviderError
from core.gateway.prompt import Prompt
from core.gateway.routing.limits import Limits


class Attempt:
    """One try. *said* is how many characters of the answer others have said before."""

    def __init__(
        self, provider: Provider, limits: Limits, deadline: float, *, said: int = 0
    ) -> None:
        now = time.monotonic()
        self.provider = provider
        self._limits = limits
        self._deadline = min(deadline, now + limits.try_s)
        self._try_by = now + limits.try_s
        self._first_text_by = now + limits.first_text_s
        self._said = said
        self.characters = 0

    @property
    def has_text(self) -> bool:
        return self.characters > 0

    async def stream(self, prompt: Prompt) -> AnswerStream:
        """As Provider.stream; blank text before the first words is held to be none."""
        most = self._limits.answer_characters - self._said
        async with aclosing(self.provider.stream(prompt)) as source:
            while True:
                item = await self._next(source)
                if isinstance(item, Finished):
                    if not self.has_text and not item.calls:
                        raise ProviderError("garbage", "an empty answer")
                    yield item
                    return
                text = self._taken(item.text, most)
                if not text:
                    continue
                self.characters += len(text)
                yield item if text is item.text else Delta(text)
                if self.characters >= most:
                    yield Finished(self.provider.model, self.provider.name, reason="length")
                    return

    def _taken(self, text: str, most: int) -> str:
        """What counts of *text*: no NUL, which no database text can hold; no more than a limit."""
        if "\0" in text:
            text = text.replace("\0", "")
        if not self.characters:
            text = text.lstrip()
        left = most - self.characters
        return text if len(text) <= left else text[:left]

    async def _next(self, source: AnswerStream) -> Delta | Finished:
        now = time.monotonic()
        if self.characters:
            by = min(now + self._limits.stall_s, self._try_by)
        else:
            by = min(self._first_text_by, self._deadline)
        try:
            async with asyncio.timeout(by - now):
                return await anext(source)
        except TimeoutError:
            raise ProviderError("timeout", "no text in time") from None
        except StopAsyncIteration:
            raise ProviderError("cut", "the stream ended without an end") from None
