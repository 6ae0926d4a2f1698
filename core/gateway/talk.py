"""One answer on its way through the gateway: what was said, who failed, what it costs."""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from core.db.tenant import TenantContext
from core.gateway.model import AgentTurn, Caller, Delta, Failover, Finished, Usage
from core.gateway.ports import Provider, ProviderError
from core.gateway.prompt import Prompt
from core.gateway.usage.inspection.keep_later import keep_later_prompt
from core.gateway.usage.inspection.shown import as_shown, section_sizes
from core.gateway.usage.ledger import Bill, Ledger, Reservation
from core.gateway.usage.prices import MOST_ANSWER_TOKENS, bytes_of, price_of, tokens_of

# A provider that counts more than this in one answer cannot count.
MOST_COUNTED = 100_000_000
# What failed before a model has read the prompt costs nothing.
_FREE = ("refused", "rate_limited", "server", "busy")


class Talk:
    """Kept by the gateway from the reservation to the bill."""

    def __init__(
        self, context: TenantContext, turn: AgentTurn, caller: Caller, ledger: Ledger | None
    ) -> None:
        self.turn = turn
        self.why = ""
        self.failovers: list[Failover] = []
        self._context = context
        self._caller = caller
        self._ledger = ledger
        self._reservation: Reservation | None = None
        self._reserved = Bill("", Usage(), 0)
        self._settled = False
        self._began = time.monotonic()
        self._pieces: list[str] = []
        self._usage = Usage()
        self._micros = 0
        self._provider: Provider | None = None
        self._prompt_tokens = 0
        self._heard_before = 0
        self._heard = 0

    @property
    def said(self) -> str:
        return "".join(self._pieces)

    @property
    def favourites(self) -> tuple[str, ...]:
        return self._reservation.favourites if self._reservation else ()

    async def begin(self, prompt: Prompt, providers: Sequence[Provider]) -> None:
        """Pay for it. Raises Refused."""
        self.prompt = prompt
        if self._ledger is None:
            return
        shown = as_shown(prompt)
        # Of which model the answer will be is not known yet: the dearest of them is paid for.
        tokens = tokens_of(shown)
        usage = Usage(tokens, MOST_ANSWER_TOKENS)
        dearest = max(providers, key=lambda each: price_of(each.model).micros(usage))
        price = price_of(dearest.model)
        self._reserved = Bill(dearest.model, usage, price.micros(usage))
        self._reservation = await self._ledger.reserve(
            self._context,
            self._caller,
            self._reserved,
            shown,
            {"sections": section_sizes(prompt), "prompt_micros": price.micros(Usage(tokens))},
        )

    async def trying(self, provider: Provider, prompt: Prompt) -> None:
        """*provider* is asked now. Raises Refused, when one before it had to be paid for and nothing
        is left for another."""
        if self._ledger is not None:
            shown = as_shown(prompt)
            self._prompt_tokens = tokens_of(shown)
            await self._reserve_more(provider)
            if prompt is not self.prompt and self._reservation is not None:
                step_id = self._reservation.step_id
                await keep_later_prompt(self._context, step_id, provider.model, shown)
        self._provider = provider
        self._heard_before = self._heard

    async def _reserve_more(self, provider: Provider) -> None:
        spent = self._usage
        if self._ledger is None or self._reservation is None or spent == Usage():
            return
        usage = Usage(self._prompt_tokens, MOST_ANSWER_TOKENS)
        estimate = Bill(
            provider.model,
            Usage(
                spent.input_tokens + usage.input_tokens, spent.output_tokens + usage.output_tokens
            ),
            self._micros + price_of(provider.model).micros(usage),
        )
        await self._ledger.grow(
            self._context, self._caller, self._reservation, self._reserved, estimate
        )
        self._reserved = estimate

    def hear(self, delta: Delta) -> Delta:
        """*delta* goes to the person."""
        self._pieces.append(delta.text)
        self._heard += bytes_of(delta.text)
        return delta

    def failed(self, failover: Failover, error: ProviderError | None = None) -> None:
        """The provider that was asked gives no more."""
        self.failovers.append(failover)
        if failover.after_text or (error is not None and error.kind not in _FREE):
            self._charge(self._estimated())
        self._provider = None

    async def finish(self, last: Finished) -> Finished:
        """The answer is whole: settle, and say how it came about."""
        counted = last.usage.input_tokens or last.usage.output_tokens
        self._charge(last.usage if counted else self._estimated())
        notice = await self._settle(last)
        return replace(last, failovers=tuple(self.failovers), why=self.why, notice=notice)

    async def close(self) -> None:
        """The end, whichever it was: a person who has gone has still been served so far."""
        if self._provider is not None and not self._settled:
            self._charge(self._estimated())
        await self._settle(None)

    def _estimated(self) -> Usage:
        return Usage(self._prompt_tokens, tokens_of(self._heard - self._heard_before))

    def _charge(self, usage: Usage) -> None:
        assert self._provider is not None
        usage = Usage(_plausible(usage.input_tokens), _plausible(usage.output_tokens))
        self._micros += price_of(self._provider.model).micros(usage)
        self._usage = Usage(
            min(self._usage.input_tokens + usage.input_tokens, MOST_COUNTED),
            min(self._usage.output_tokens + usage.output_tokens, MOST_COUNTED),
        )

    async def _settle(self, last: Finished | None) -> str:
        """What the asker is to be told of budgets."""
        if self._settled or self._ledger is None or self._reservation is None:
            return ""
        self._settled = True
        model = last.model if last else (self._provider.model if self._provider else "")
        bill = Bill(model or self._last_model(), self._usage, self._micros)
        return await self._ledger.settle(
            self._context, self._reservation, bill, self._detail(last), done=last is not None
        )

    def _last_model(self) -> str:
        return self.failovers[-1].model if self.failovers else ""

    def _detail(self, last: Finished | None) -> dict[str, Any]:
        provider = last.provider if last else (self._provider.name if self._provider else "")
        return {
            "provider": provider,
            "reason": last.reason if last else "broken off",
            "counted": bool(last and last.usage.input_tokens),
            "why": self.why,
            "failovers": [asdict(failover) for failover in self.failovers],
            "ms": round((time.monotonic() - self._began) * 1000),
        }


def _plausible(tokens: int) -> int:
    return min(max(tokens, 0), MOST_COUNTED)
