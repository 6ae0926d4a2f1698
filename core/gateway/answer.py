"""The one door to a model: pay for the call, try the providers in turn, and never leave a person
without a word.

A failure moves on to the next provider at once, also in the middle of an answer: then the next one is
asked to go on from what was said, and the change is marked in the text. An answer of a given form comes
whole, from one of them.
"""

import logging
import math
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from core.db.tenant import TenantContext
from core.gateway.model import AgentTurn, Caller, Delta, Failover, Finished
from core.gateway.ports import WORDLESS, AnswerStream, Provider, ProviderError
from core.gateway.prompt import build_prompt
from core.gateway.routing.attempt import Attempt
from core.gateway.routing.fair_slots import NoSlot
from core.gateway.routing.limits import Limits
from core.gateway.routing.line import Clock, Line
from core.gateway.routing.order import in_order
from core.gateway.talk import Talk
from core.gateway.usage.ledger import Ledger
from core.gateway.usage.model import Limit
from core.kernel.errors import Unavailable

__all__ = [
    "BROKE_OFF",
    "BUSY",
    "CONTINUED",
    "NO_ANSWER",
    "WITHHELD",
    "Gateway",
    "Limits",
    "code_end",
]

log = logging.getLogger(__name__)

BROKE_OFF = "The model broke off in the middle of the answer."
NO_ANSWER = "Sorry, no model answered just now. Please try again in a minute."
BUSY = "Sorry, more is being asked than the models can take just now. Please try again in a minute."
WITHHELD = "Sorry, no model would answer this. Please put it another way."
CONTINUED = "_(continued by another model)_"
_USUAL = Limits()


class Gateway:
    """Holds the providers in the operator's order, and what is known of each just now."""

    def __init__(
        self,
        providers: Sequence[Provider],
        limits: Limits = _USUAL,
        ledger: Ledger | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        """Without a *ledger* nothing is counted and nothing refused: for tests and benches."""
        if not providers:
            raise ValueError("a gateway needs at least one provider")
        self.providers = tuple(providers)
        self.limits = limits
        self.ledger = ledger
        self._lines = tuple(Line(provider, limits, clock) for provider in self.providers)

    @property
    def may_quote(self) -> bool:
        """Whether the offline model may be the one that answers: it quotes, and reads nothing."""
        return any(provider.name == "offline" for provider in self.providers)

    @property
    def trial(self) -> tuple[Limit, ...]:
        """What any tenant may use on the operator's account; empty where nothing is counted."""
        return self.ledger.trial if self.ledger else ()

    async def answer(self, context: TenantContext, turn: AgentTurn, caller: Caller) -> AnswerStream:
        """Stream the answer: deltas, then one Finished. Raises Unavailable, and Refused where a budget
        is used up, both with safe words."""
        talk = Talk(context, turn, caller, self.ledger)
        await talk.begin(build_prompt(context, turn), self.providers)
        try:
            async with aclosing(self._asked(context, talk)) as stream:
                async for item in stream:
                    if isinstance(item, Finished):
                        item = await talk.finish(item)
                    yield item
        finally:
            await talk.close()

    async def _asked(self, context: TenantContext, talk: Talk) -> AnswerStream:
        deadline = time.monotonic() + self.limits.total_s
        order = in_order(self.providers, talk.turn.preference, talk.favourites)
        for place, (index, why) in enumerate(order):
            line = self._lines[index]
            if time.monotonic() >= deadline and not talk.said:
                break
            if not line.is_open():
                continue
            talk.why = why
            patience = self._patience(order[place + 1 :], deadline)
            try:
                async with (
                    line.slots.slot(context.tenant_id, patience),
                    aclosing(self._tried(context, talk, line, deadline)) as stream,
                ):
                    async for item in stream:
                        yield item
                return
            except NoSlot:
                talk.failed(Failover(line.provider.name, line.provider.model, "busy"))
            except ProviderError as error:
                log.warning(
                    "provider %s, model %s: %s", line.provider.name, line.provider.model, error
                )
        raise Unavailable(self._apology(talk))

    def _patience(self, rest: Sequence[tuple[int, str]], deadline: float) -> float:
        """How long a call may wait for a place: not long where another model could be asked."""
        others = any(self._lines[index].is_open() for index, _ in rest)
        seconds = self.limits.slot_s if others else self.limits.last_slot_s
        return max(0.0, min(seconds, deadline - time.monotonic()))

    async def _tried(
        self, context: TenantContext, talk: Talk, line: Line, deadline: float
    ) -> AnswerStream:
        """One provider's part. Whatever becomes of it, its breaker is told."""
        right = line.begin()
        if right is None:
            raise ProviderError("refused", "it rests since a moment ago")
        # Who has heard something can be kept waiting for the rest a little longer.
        by = math.inf if talk.said else deadline
        attempt = Attempt(line.provider, self.limits, by, said=len(talk.said))
        verdict = False
        try:
            async with aclosing(self._stream(context, talk, attempt)) as stream:
                async for item in stream:
                    if isinstance(item, Finished):
                        line.succeeded(right)
                        verdict = True
                    yield item
        except ProviderError as error:
            verdict = True
            line.failed(right, error)
            heard = attempt.has_text and talk.said != ""
            talk.failed(Failover(line.provider.name, line.provider.model, error.kind, heard), error)
            raise
        finally:
            if not verdict:
                line.abandoned(right)

    async def _stream(
        self, context: TenantContext, talk: Talk, attempt: Attempt
    ) -> AsyncGenerator[Delta | Finished, None]:
        before = talk.said
        prompt = talk.prompt
        if before:
            prompt = build_prompt(context, replace(talk.turn, said=before))
        await talk.trying(attempt.provider, prompt)
        held: list[Delta] = []
        async with aclosing(attempt.stream(prompt)) as stream:
            async for item in stream:
                if isinstance(item, Delta):
                    if talk.turn.answer_schema is not None:
                        held.append(item)  # half of a form is no form: nobody can go on from it
                        continue
                    if before:
                        yield talk.hear(Delta(_mark(before)))
                        before = ""
                    yield talk.hear(item)
                    continue
                for piece in held:
                    yield talk.hear(piece)
                yield item

    def _apology(self, talk: Talk) -> str:
        if talk.said:
            return BROKE_OFF
        kinds = {failover.kind for failover in talk.failovers}
        if kinds and kinds.issubset(WORDLESS):
            return WITHHELD
        return BUSY if kinds == {"busy"} else NO_ANSWER


def code_end(said: str) -> str:
    """What ends a code block that is open in *said*, before words of ours follow; mostly nothing."""
    fences = sum(line.lstrip().startswith("```") for line in said.splitlines())
    return "\n```" if fences % 2 else ""


def _mark(said: str) -> str:
    """The line that says another model goes on."""
    return f"{code_end(said)}\n\n{CONTINUED}\n\n"
