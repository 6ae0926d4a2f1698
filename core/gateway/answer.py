"""The one door to a model: try the providers in turn, and never leave a person without a word.

Until the first text has gone out, any failure moves on to the next provider. After it, there is
no way back: what was said stands, and the failure is told.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from core.db.tenant import TenantContext
from core.gateway.model import AgentTurn, Delta, Finished
from core.gateway.ports import AnswerStream, Provider, ProviderError
from core.gateway.prompt import Prompt, build_prompt
from core.kernel.errors import Unavailable

log = logging.getLogger(__name__)

BROKE_OFF = "The model broke off in the middle of the answer."
NO_ANSWER = "Sorry, no model answered just now. Please try again in a minute."
LONGEST_PAUSE_S = 600.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and characters. *total_s* leaves room in the 90 s a person waits at most."""

    first_text_s: float = 15.0
    stall_s: float = 10.0
    try_s: float = 60.0
    total_s: float = 80.0
    answer_characters: int = 60_000


class Gateway:
    """Holds the providers in the order of preference, and which of them asked for a pause."""

    def __init__(self, providers: Sequence[Provider], limits: Limits = Limits()) -> None:
        if not providers:
            raise ValueError("a gateway needs at least one provider")
        self.providers = tuple(providers)
        self._limits = limits
        self._paused_until = [0.0] * len(self.providers)

    async def answer(self, context: TenantContext, turn: AgentTurn) -> AnswerStream:
        """Stream the answer: deltas, then one Finished. Raises Unavailable with safe words."""
        prompt = build_prompt(context, turn)
        deadline = time.monotonic() + self._limits.total_s
        for index, provider in enumerate(self.providers):
            now = time.monotonic()
            if now >= deadline:
                break
            if now < self._paused_until[index]:
                continue
            attempt = _Attempt(provider, self._limits, deadline)
            try:
                async with aclosing(attempt.stream(prompt)) as stream:
                    async for item in stream:
                        yield item
                return
            except ProviderError as error:
                self._note(index, error)
                if attempt.has_text:
                    raise Unavailable(BROKE_OFF) from error
        raise Unavailable(NO_ANSWER)

    def _note(self, index: int, error: ProviderError) -> None:
        provider = self.providers[index]
        log.warning("provider %s, model %s: %s", provider.name, provider.model, error)
        if error.retry_after is not None:
            pause = min(error.retry_after, LONGEST_PAUSE_S)
            self._paused_until[index] = time.monotonic() + pause


class _Attempt:
    """One provider's stream under the clock, held to the form of an answer."""

    def __init__(self, provider: Provider, limits: Limits, deadline: float) -> None:
        now = time.monotonic()
        self._provider = provider
        self._limits = limits
        self._deadline = min(deadline, now + limits.try_s)
        self._first_text_by = now + limits.first_text_s
        self._characters = 0

    @property
    def has_text(self) -> bool:
        return self._characters > 0

    async def stream(self, prompt: Prompt) -> AnswerStream:
        """As Provider.stream; blank text before the first words is held to be none."""
        async with aclosing(self._provider.stream(prompt)) as source:
            while True:
                item = await self._next(source)
                if isinstance(item, Finished):
                    if not self.has_text:
                        raise ProviderError("garbage", "an empty answer")
                    yield item
                    return
                text = self._taken(item.text)
                if not text:
                    continue
                self._characters += len(text)
                yield Delta(text)
                if self._characters >= self._limits.answer_characters:
                    yield Finished(self._provider.model, self._provider.name, reason="length")
                    return

    def _taken(self, text: str) -> str:
        """What counts of *text*: no NUL, which no database text can hold; no more than a limit."""
        text = text.replace("\0", "")
        text = text if self.has_text else text.lstrip()
        return text[: self._limits.answer_characters - self._characters]

    async def _next(self, source: AnswerStream) -> Delta | Finished:
        now = time.monotonic()
        by = now + self._limits.stall_s if self.has_text else self._first_text_by
        try:
            async with asyncio.timeout(min(by, self._deadline) - now):
                return await anext(source)
        except TimeoutError:
            raise ProviderError("timeout", "no text in time") from None
        except StopAsyncIteration:
            raise ProviderError("cut", "the stream ended without an end") from None
