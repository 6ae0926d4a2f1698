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
        self._first_sign_by = now + limits.first_text_s
        self._is_at_work = False
        self._said = said
        self.characters = 0

    @property
    def has_text(self) -> bool:
        return self.characters > 0

    async def stream(self, prompt: Prompt) -> AnswerStream:
        """As Provider.stream; blank text before the first words is held to be none, but for a sign
        that the model is at work."""
        most = self._limits.answer_characters - self._said
        async with aclosing(self.provider.stream(prompt)) as source:
            while True:
                item = await self._next(source)
                self._is_at_work = True
                if isinstance(item, Finished):
                    if not self.has_text and not item.calls:
                        raise _wordless(item)
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
        by = now + self._limits.stall_s if self._is_at_work else self._first_sign_by
        # Whoever has heard nothing waits for all tries together no longer than to the deadline.
        by = min(by, self._try_by if self.characters else self._deadline)
        try:
            async with asyncio.timeout(by - now):
                return await anext(source)
        except TimeoutError:
            raise ProviderError("timeout", "nothing in time") from None
        except StopAsyncIteration:
            raise ProviderError("cut", "the stream ended without an end") from None


def _wordless(last: Finished) -> ProviderError:
    """An end without a word or a call: withheld, thought until the tokens were used up, or nonsense."""
    if last.reason == "filtered" or last.reason == "length":
        return ProviderError(last.reason, "not a word")
    return ProviderError("garbage", "an empty answer")
