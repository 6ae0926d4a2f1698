"""Every call of a model is paid for before it goes out, and settled when it is over.

A reservation is a row with the most that the call may cost. Taking one is done under a lock of the
tenant's accounts, so calls side by side cannot each find the same money left: what is spent goes
over a limit by less than one call's estimate. No lock is held while a model talks.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.audit import record as audit
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.gateway.model import Caller, Usage
from core.gateway.usage import store
from core.gateway.usage.model import (
    WARN_AT,
    Limit,
    Spending,
    applying,
    period_name,
    read_limits,
)
from core.gateway.usage.order_models import favourites_in
from core.gateway.usage.refusals import refusal_words, warning_words
from core.kernel.errors import Refused
from core.kernel.ids import TenantId, new_id

log = logging.getLogger(__name__)

CALL = "gateway:model:call"
# Longer than any answer takes: whoever holds a reservation for so long has died.
STALE_SECONDS = 900.0

# (tenant, words, key): the owner is told once for each key.
TellOwner = Callable[[TenantId, str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Bill:
    """What a call may cost (an estimate), or did: which model, tokens, millionths of a dollar."""

    model: str
    usage: Usage
    micros: int

    def of(self, limit: Limit) -> int:
        """How much of it counts against a limit."""
        tokens = self.usage.input_tokens + self.usage.output_tokens
        return tokens if limit.unit == "tokens" else self.micros


@dataclass(frozen=True, slots=True)
class BudgetWarning:
    """That a limit is nearly used up: for who asks, and for the owner where it is theirs to know.
    *key* is what it is known by."""

    key: str
    words: str
    for_owner: str = ""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A call that may go out. *warnings* are what its asker should be told with the answer, unless
    somebody has been told meanwhile; *favourites* is the tenant's own order of models."""

    step_id: str
    warnings: tuple[BudgetWarning, ...] = ()
    favourites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """*trial* is the operator's own limits, for every tenant."""

    trial: tuple[Limit, ...] = ()
    tell_owner: TellOwner | None = None

    async def reserve(
        self,
        context: TenantContext,
        caller: Caller,
        estimate: Bill,
        shown: str,
        detail: Mapping[str, Any],
    ) -> Reservation:
        """Take the estimate from all limits that apply. Raises Refused, with words; audited."""
        async with context.db.transaction() as tx:
            spending, limits, body = await self._look(tx, caller)
            spent = next((x for x in limits if spending.used(x) >= x.amount), None)
            if spent is not None:
                await _note_refusal(tx, caller, spent)
            else:
                step_id = new_id()
                warnings = await _untold(tx, _warnings(spending, limits, caller))
                await store.put_reservation(
                    tx,
                    step_id,
                    caller.turn_id,
                    estimate.model,
                    caller.agent,
                    caller.person_id,
                    shown,
                    detail,
                    estimate.usage,
                    estimate.micros,
                )
        if spent is not None:
            raise Refused(refusal_words(spent, spending))
        return Reservation(step_id, warnings, favourites_in(body))

    async def grow(
        self,
        context: TenantContext,
        caller: Caller,
        reservation: Reservation,
        before: Bill,
        estimate: Bill,
    ) -> None:
        """Another model is to be asked after one that was paid for: *estimate* of both in place of
        what was reserved *before*. Raises Refused when others have used up the rest meanwhile."""
        async with context.db.transaction() as tx:
            spending, limits, _ = await self._look(tx, caller)
            spent = next((x for x in limits if spending.used(x) - before.of(x) >= x.amount), None)
            if spent is not None:
                await _note_refusal(tx, caller, spent)
            else:
                await store.grow_reservation(
                    tx, reservation.step_id, estimate.usage, estimate.micros
                )
        if spent is not None:
            raise Refused(refusal_words(spent, spending))

    async def settle(
        self,
        context: TenantContext,
        reservation: Reservation,
        bill: Bill,
        detail: Mapping[str, Any],
        *,
        done: bool,
    ) -> str:
        """What the call has cost in place of the estimate; returns what the asker is to be told of
        limits. Written whoever has gone away meanwhile; never raises: an answer is not taken back
        because its bill could not be written."""
        task = asyncio.create_task(self._settle(context, reservation, bill, detail, done))
        _settling.add(task)
        task.add_done_callback(_settling.discard)
        return await asyncio.shield(task)

    async def _settle(
        self,
        context: TenantContext,
        reservation: Reservation,
        bill: Bill,
        detail: Mapping[str, Any],
        done: bool,
    ) -> str:
        warnings: tuple[BudgetWarning, ...] = ()
        try:
            async with asyncio.timeout(10), context.db.transaction() as tx:
                state = "done" if done else "failed"
                if done and reservation.warnings:
                    # Told by the row of a call that somebody hears: whoever comes next finds it.
                    await store.lock_company(tx)
                    warnings = await _untold(tx, reservation.warnings)
                    detail = {**detail, "warned": [warning.key for warning in warnings]}
                await store.settle_reservation(
                    tx, reservation.step_id, state, bill.model, detail, bill.usage, bill.micros
                )
        except Exception:
            # The reservation stays, and expires: it counts for more, not for less.
            log.exception("a call of a model is not settled", extra={"step": reservation.step_id})
            return ""
        await self._tell(context, warnings)
        return " ".join(warning.words for warning in warnings)

    async def _look(
        self, tx: Tx, caller: Caller
    ) -> tuple[Spending, tuple[Limit, ...], Mapping[str, Any]]:
        now = await store.lock_company(tx)
        ask = (tx, caller.person_id, caller.agent, now, STALE_SECONDS)
        spending, stale = await store.sum_spent(*ask)
        if stale:
            await store.expire_reservations(tx, STALE_SECONDS)
            spending, _ = await store.sum_spent(*ask)
        _, body = await store.find_company(tx)
        limits = applying((*read_limits(body), *self.trial), caller.person_id, caller.agent)
        return spending, limits, body

    async def _tell(self, context: TenantContext, warnings: Sequence[BudgetWarning]) -> None:
        if self.tell_owner is None:
            return
        for warning in warnings:
            if not warning.for_owner:
                continue
            try:
                await self.tell_owner(context.tenant_id, warning.for_owner, f"budget:{warning.key}")
            except Exception:
                log.warning("the owner was not told of a budget", exc_info=True)


_settling: set[asyncio.Task[str]] = set()


def _warnings(
    spending: Spending, limits: tuple[Limit, ...], caller: Caller
) -> Iterator[BudgetWarning]:
    """Of limits that are nearly used up, unless nobody hears what comes of the call."""
    for limit in limits:
        if caller.is_heard and spending.used(limit) >= WARN_AT * limit.amount:
            yield _warning(limit, spending, caller)


async def _untold(tx: Tx, warnings: Iterable[BudgetWarning]) -> tuple[BudgetWarning, ...]:
    """Those of which nobody has been told in this period."""
    return tuple([each for each in warnings if not await store.is_warned(tx, each.key)])


def _warning(limit: Limit, spending: Spending, caller: Caller) -> BudgetWarning:
    """A limit for each person or agent warns each of them. Of what each person has the owner is not
    told: that is theirs to know, and the owner would hear it daily."""
    whose = _key_of(limit, caller)
    key = f"{replace(limit, key=whose).name}:{period_name(limit.period, spending.now)}"
    is_own = limit.scope == "person" and not limit.key
    for_owner = "" if is_own else warning_words(limit, spending, whose)
    return BudgetWarning(key, warning_words(limit, spending), for_owner)


def _key_of(limit: Limit, caller: Caller) -> str:
    return {"tenant": "", "person": caller.person_id, "agent": caller.agent}[limit.scope]


async def _note_refusal(tx: Tx, caller: Caller, limit: Limit) -> None:
    await audit.record(
        tx,
        CALL,
        caller.person_id,
        outcome="refused",
        reference=caller.turn_id,
        agent=caller.agent,
        limit=limit.name,
    )
